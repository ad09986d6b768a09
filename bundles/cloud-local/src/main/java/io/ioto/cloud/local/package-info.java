// SPDX-License-Identifier: Apache-2.0
/// The store of a device cloud on the embedded database of its own process: one machine, nothing
/// to install. Its records are items of the model `Record`, which the schema of a cloud has; see
/// `runtime-config/cloud/schema.json5`.
///
/// Threads: none. Files: none of its own; those of the database.
@NullMarked
package io.ioto.cloud.local;

import org.jspecify.annotations.NullMarked;
