// SPDX-License-Identifier: Apache-2.0
/// What must hold for the whole. From outside, the built distribution as a process: it starts and
/// serves ([StartIT]), swaps bundles under load ([SwapIT]), comes back after being killed at any
/// moment ([CrashIT]), and answers bad input clearly ([BadInputIT]). From inside, in a framework
/// with every bundle: each stops, starts and swaps ([BundlesIT]). And on paper: nobody uses what
/// the dependency table does not allow ([ArchitectureIT]).
@NullMarked
package io.ioto.itests;

import org.jspecify.annotations.NullMarked;
