// SPDX-License-Identifier: Apache-2.0
/// Putting one bundle, or a whole set, into the running gateway without stopping what it serves.
@Export
@Version("1.1.0")
@NullMarked
package io.ioto.api.deploy;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
