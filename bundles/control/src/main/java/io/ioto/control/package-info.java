// SPDX-License-Identifier: Apache-2.0
/// The operator's way into the running gateway: a Unix socket in the state folder that speaks
/// HTTP/1.1 with JSON answers and carries out the [io.ioto.api.control.Command] services. Only the
/// owner of the state folder can open it; nothing listens on the network. Brings the commands
/// `GET /status` and `POST /stop` itself.
///
/// While a successor of this bundle starts beside it, the successor takes over the path of the
/// socket, and hands it back if it has to go again.
///
/// Threads: one virtual thread that accepts, one per connection, one that cuts off idle ones.
/// Files: `control.sock` in the state folder, `.control/` beside it while a socket is made or a
/// predecessor lives; where the path would be too long for a socket, a private folder below the
/// system's temporary one, and `control.path` in the state folder, which names the socket.
@NullMarked
package io.ioto.control;

import org.jspecify.annotations.NullMarked;
