// SPDX-License-Identifier: Apache-2.0
/// Messages between the device and its cloud: a [Connection] (a service only while the broker is
/// connected) and an [Outbox] for what must arrive, which is always there.
@Export
@Version("1.0.0")
@NullMarked
package io.ioto.api.mqtt;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
