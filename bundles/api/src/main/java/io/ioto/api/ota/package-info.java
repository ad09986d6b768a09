// SPDX-License-Identifier: Apache-2.0
/// Updates of the gateway by release sets: whole target states, signed, tried out under a gate and
/// taken back by themselves when they do not pass it.
@Export
@Version("1.0.0")
@NullMarked
package io.ioto.api.ota;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
