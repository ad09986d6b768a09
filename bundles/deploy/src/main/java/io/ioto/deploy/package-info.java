// SPDX-License-Identifier: Apache-2.0
/// Puts one bundle at a time into the running gateway, or a whole set of them, or says what that
/// would do. The jar goes to a content store; what would result is resolved in a scratch
/// framework; the successor starts beside what it replaces, and is taken back when it does not
/// become active and satisfied in time; one atomic rename makes it last; then the predecessor is
/// drained, stopped and removed. The launcher boots what was decided last, so the process may die
/// at any instruction.
///
/// Threads: one that watches the hot folder; during a deployment one daemon thread that carries it
/// out, which outlives this bundle where the bundle itself is what is swapped, and one for each
/// call into a bundle that might not return. Files, all below the state folder: `store/`,
/// `release/deployed.json`, `deploy/`.
@NullMarked
package io.ioto.deploy;

import org.jspecify.annotations.NullMarked;
