// SPDX-License-Identifier: Apache-2.0
/// Read access to the merged configuration for whoever needs more than its own section.
@Export
@Version("1.0.0")
@NullMarked
package io.ioto.api.config;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
