// SPDX-License-Identifier: Apache-2.0
/// The device cloud: which devices and products there are, who claimed what, who is let in at the
/// broker, and the copies of what devices keep in their databases. `docs/cloud-protocol.md` is
/// what it speaks with devices; people use the page below `/`, which calls the actions below
/// `/api`. Everything it knows is in a [io.ioto.api.cloud.Store], so that it may be stopped,
/// killed and swapped at any time; what it has not stored it has not acknowledged.
///
/// Threads: those that call it. Files: `cloud/secret` in the state folder, from which the tokens
/// of devices are made; private to the owner, made at the first start.
@NullMarked
package io.ioto.cloud;

import org.jspecify.annotations.NullMarked;
