// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.Set;
import org.osgi.annotation.versioning.ProviderType;

/// The merged configuration that is in force: all files, profile blocks and command line options
/// applied. A component does not need it for its own section, which it gets through Configuration
/// Admin. A changed configuration makes a new service.
@ProviderType
public interface Settings {
  /// A value by its dotted path, such as `web.limits.body`.
  Optional<JsonNode> get(String path);

  /// The whole tree; a copy.
  JsonNode all();

  /// The profile in force, such as `dev` or `prod`.
  String profile();

  /// Configuration pids that are switched off under `services`.
  Set<String> disabled();

  /// Replaces directory tokens such as `@state` and makes the path absolute.
  java.nio.file.Path path(String path);
}
