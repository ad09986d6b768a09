// SPDX-License-Identifier: Apache-2.0
/// Who this device is ([Device]) and what the cloud has made of it ([Identity], a service only
/// while the device is provisioned); what a factory reset has to forget ([Resettable]).
@Export
@Version("1.0.0")
@NullMarked
package io.ioto.api.device;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
