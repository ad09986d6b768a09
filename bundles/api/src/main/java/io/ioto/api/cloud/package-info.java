// SPDX-License-Identifier: Apache-2.0
/// The parts of a device cloud: where it keeps what it knows ([Store]), its [Broker], whom the
/// devices ([Inbox]) and who follows their comings and goings ([Presence]).
@Export
@Version("1.0.0")
@NullMarked
package io.ioto.api.cloud;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
