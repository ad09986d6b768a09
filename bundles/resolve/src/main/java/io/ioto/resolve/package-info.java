// SPDX-License-Identifier: Apache-2.0
/// Answers whether a set of bundle jars would work together, before any of them is touched. The
/// jars are installed by reference into a scratch framework that is resolved but never started, so
/// no code of theirs runs. Needs nothing but the OSGi framework API and a framework on the class
/// path of that API, so the build asks the same question with the same code.
///
/// Threads: those of the scratch framework, gone when the answer is returned. Files: one temporary
/// folder, deleted likewise.
@Export
@Version("1.0.0")
@NullMarked
package io.ioto.resolve;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
