// SPDX-License-Identifier: Apache-2.0
package io.ioto.itests;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.bench.Gateway;
import io.ioto.bench.Jars;
import io.ioto.bench.Releases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.Constants;

/// Where releases are made: keys, builds and a repository in one folder.
///
/// @param home the distribution
record Workshop(Path home, Path folder) {
  static Workshop in(Path folder) {
    return new Workshop(Gateway.distribution(), folder);
  }

  /// Runs the tool, which has to succeed.
  String tool(List<String> arguments) throws IOException, InterruptedException {
    var ended = run(arguments);
    assertThat(ended.exit()).as(ended.output()).isZero();
    return ended.output();
  }

  /// Runs the tool.
  Gateway.Ended run(List<String> arguments) throws IOException, InterruptedException {
    return new Releases(home, folder).run(arguments);
  }

  /// A bundle of the distribution in another version.
  String edition(String name, String version) throws IOException {
    return file(name, Jars.version(Jars.find(home.resolve("bundles"), name), version));
  }

  /// A bundle that consists of its activator.
  String bundle(String name, Class<? extends BundleActivator> activator) throws IOException {
    var path = activator.getName().replace('.', '/') + ".class";
    try (var in = activator.getResourceAsStream("/" + path)) {
      return file(
          name,
          Jars.bundle(
              Map.of(
                  Constants.BUNDLE_MANIFESTVERSION,
                  "2",
                  Constants.BUNDLE_SYMBOLICNAME,
                  name,
                  Constants.BUNDLE_ACTIVATOR,
                  activator.getName(),
                  Constants.IMPORT_PACKAGE,
                  "org.osgi.framework,io.ioto.api.ota"),
              Map.of(path, Objects.requireNonNull(in).readAllBytes())));
    }
  }

  private String file(String name, byte[] jar) throws IOException {
    return Files.write(folder.resolve(name + ".jar"), jar).toString();
  }
}
