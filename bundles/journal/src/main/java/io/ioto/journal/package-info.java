// SPDX-License-Identifier: Apache-2.0
/// The durable record file under everything that must not be lost: a record that was appended is
/// on the disk, in order, whole or not at all ([Journal]). Many callers share one force; damage is
/// told apart from a torn end; a compaction writes the next generation while appends go on; a disk
/// that refuses makes it read-only until it takes writes again. A library bundle.
///
/// Threads: one platform thread per open journal, which alone writes; it is never interrupted,
/// since that would close its file. Files, in a folder of its own, all 0600: `journal.N`, of which
/// the highest complete one counts; `journal.N.tmp` while N is being written; `journal.N.damaged`
/// for a person to look at; `lock`.
@Export
@Version("1.0.0")
@NullMarked
package io.ioto.journal;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
