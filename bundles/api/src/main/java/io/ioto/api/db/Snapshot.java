// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.db;

import org.osgi.annotation.versioning.ProviderType;

/// The data at one moment, between two commits.
@ProviderType
public interface Snapshot extends Reader {}
