// SPDX-License-Identifier: Apache-2.0
/// How far this device and its cloud agree on the data ([Sync]).
@Export
@Version("1.0.0")
@NullMarked
package io.ioto.api.sync;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
