// SPDX-License-Identifier: Apache-2.0
/// The developer's view of a gateway, at `/console/` beside whatever application runs: the tables
/// of its database, its bundles, and its log as it is written. For the role `admin` alone. The
/// pages are made in `apps/console/ui` with the kit; the tables come over `rest`, the rest from
/// [ConsoleApp].
///
/// Threads: those of the requests; whoever logs something puts it into [LogTail], which does not
/// block. No files.
@NullMarked
package io.ioto.console.app;

import org.jspecify.annotations.NullMarked;
