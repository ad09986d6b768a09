// SPDX-License-Identifier: Apache-2.0
/// Knows who this device is: what `device` of the configuration says, and a claim id which is made
/// once and for all. The id is on the disk before anybody sees it, so that it is the same after
/// every restart. Also carries out a factory reset ([io.ioto.api.device.Device#reset]), which the
/// operator asks for by `POST /reset` on the control socket.
///
/// Threads: none. Files: `device.json` in the state folder, with the id, private to the owner.
@NullMarked
package io.ioto.device;

import org.jspecify.annotations.NullMarked;
