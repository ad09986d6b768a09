// SPDX-License-Identifier: Apache-2.0
/// Keeps the database and its copy in the cloud the same. What changes here is sent in the order
/// of the commits, from the feed of the database itself, so there is no second log that could
/// disagree with it; what changed in the cloud is asked for at each connection and taken as it
/// comes. Of two versions of an item the later one, by a hybrid logical clock, stays on both
/// sides; so everything may be sent twice. `docs/cloud-protocol.md` is the protocol.
///
/// Threads: one, `sync-up`, while there is a connection; what comes is taken on that of the
/// connection. Files: `sync.json` in the state folder, how far both directions have come.
@NullMarked
package io.ioto.sync;

import org.jspecify.annotations.NullMarked;
