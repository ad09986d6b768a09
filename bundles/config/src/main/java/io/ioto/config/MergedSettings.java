// SPDX-License-Identifier: Apache-2.0
package io.ioto.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.ioto.api.config.Settings;
import io.ioto.json.Section;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// One merged configuration as others see it. What is switched off also depends on the bundles
/// that are installed, so that is asked anew each time.
final class MergedSettings implements Settings {
  private final Layers.Merged merged;
  private final Directories directories;
  private final Supplier<Set<String>> disabled;

  MergedSettings(Layers.Merged merged, Directories directories, Supplier<Set<String>> disabled) {
    this.merged = merged;
    this.directories = directories;
    this.disabled = disabled;
  }

  @Override
  public Optional<JsonNode> get(String path) {
    var node = merged.root().at(Section.pointer(path));
    return node.isMissingNode() ? Optional.empty() : Optional.of(node.deepCopy());
  }

  @Override
  public JsonNode all() {
    return merged.root().deepCopy();
  }

  @Override
  public String profile() {
    return merged.profile();
  }

  @Override
  public Set<String> disabled() {
    return disabled.get();
  }

  @Override
  public Path path(String path) {
    return Path.of(directories.path(path));
  }
}
