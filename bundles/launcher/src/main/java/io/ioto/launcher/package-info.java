// SPDX-License-Identifier: Apache-2.0
/// The process: everything that must work before the first bundle does, and when no bundle does.
/// Plain Java on the class path, so it depends on nothing that is updated while it runs.
///
/// [Main] reads the command line; [Gateway] locks the state folder, chooses the release set to
/// start ([Choice]), assembles its bundles, or those of the features where there is none, and what
/// was deployed ([BundleSet]), brings Felix's cache in line with it ([Reconciler]), and runs the
/// framework until it is told to stop. [Client] is the other side: the commands that talk to a
/// running gateway through the Unix socket in its state folder.
///
/// Threads: the main thread waits for the framework; one shutdown hook; a timer for `--exit`; one
/// for the start-up cache ([AotCache]). Files below the state folder: `lock`, `cache/`, `aot/`,
/// `release/boots`; the other files of `release/` are read only.
@NullMarked
package io.ioto.launcher;

import org.jspecify.annotations.NullMarked;
