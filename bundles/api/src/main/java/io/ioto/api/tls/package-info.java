// SPDX-License-Identifier: Apache-2.0
/// Key and trust material for listeners and outgoing connections.
@Export
@Version("1.0.0")
@NullMarked
package io.ioto.api.tls;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
