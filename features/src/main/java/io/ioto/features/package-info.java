// SPDX-License-Identifier: Apache-2.0
/// Makes the distribution at build time ([Assembler]): copies the bundles of all features under
/// their symbolic names, writes each feature with the hashes of its bundles, and proves that every
/// combination offered resolves. Runs in the build only.
@NullMarked
package io.ioto.features;

import org.jspecify.annotations.NullMarked;
