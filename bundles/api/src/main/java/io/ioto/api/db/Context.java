// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.db;

import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;

/// Published as a service by whoever knows values that belong into every item whose model has such
/// a field, such as `deviceId` and `accountId`. Must not itself need a [Db].
@ConsumerType
@FunctionalInterface
public interface Context {
  /// Called at every write; must not block. Of two contexts with the same field, the one of the
  /// higher service ranking counts.
  Map<String, Object> values();
}
