// SPDX-License-Identifier: Apache-2.0
/// How the device comes to have an [io.ioto.api.device.Identity], how it is taken from it,
/// and how the cloud is called while it has one ([CloudApi]).
@Export
@Version("1.0.0")
@NullMarked
package io.ioto.api.provision;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
