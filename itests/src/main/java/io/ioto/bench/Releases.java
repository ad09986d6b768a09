// SPDX-License-Identifier: Apache-2.0
package io.ioto.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Whoever makes releases: keys, builds and a repository in one folder, by the tool of the
/// distribution.
public final class Releases {
  private final Path home;
  private final Path folder;

  /// @param home folder of the distribution
  /// @param folder for everything that is made
  public Releases(Path home, Path folder) {
    this.home = home;
    this.folder = folder;
  }

  /// What is served to gateways.
  public Path repository() {
    return folder.resolve("repository");
  }

  /// Makes new keys; without any there are no releases.
  public void keys() throws IOException, InterruptedException {
    tool("keys", "init");
  }

  /// Makes a configuration for a gateway that believes these keys.
  ///
  /// @param source where it is to look for releases
  /// @param more properties, as JSON5, each with a comma behind it
  /// @return its folder
  public Path configuration(String source, String more) throws IOException {
    var config =
        Fleet.configuration(home.resolve("runtime-config"), folder.resolve("config"), "{}");
    configure(config, source, more);
    return config;
  }

  /// Makes a gateway with that folder of configuration believe these keys.
  ///
  /// @param source where it is to look for releases
  /// @param more properties, as JSON5, each with a comma behind it
  public void configure(Path config, String source, String more) throws IOException {
    Files.copy(folder.resolve("keys/root.json"), config.resolve("root.json"));
    Files.writeString(
        config.resolve("local.json5"),
        "{%s update: {source: '%s', gate: {minStable: '500 ms', settle: '5 secs'}}}"
            .formatted(more, source));
  }

  /// Builds, signs and publishes the next release.
  ///
  /// @param options of `release build`, such as `--jar FILE`
  public void publish(String... options) throws IOException, InterruptedException {
    var all = new ArrayList<>(List.of("release", "build", "sign", "publish"));
    all.addAll(List.of(options));
    tool(all.toArray(String[]::new));
  }

  /// The same, with bundles that are not in the distribution as they are here.
  public void publish(List<byte[]> jars) throws IOException, InterruptedException {
    var options = new ArrayList<String>();
    for (var jar : jars) {
      var file = Files.createTempFile(folder, "bundle", ".jar");
      options.addAll(List.of("--jar", Files.write(file, jar).toString()));
    }
    publish(options.toArray(String[]::new));
  }

  private void tool(String... arguments) throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(home.resolve("bin/ioto").toString());
    command.addAll(List.of(arguments));
    for (var option : List.of("keys", "build", "repository")) {
      command.addAll(List.of("--" + option, folder.resolve(option).toString()));
    }
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    var process = builder.start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException("%s: %s".formatted(String.join(" ", arguments), output));
    }
  }
}
