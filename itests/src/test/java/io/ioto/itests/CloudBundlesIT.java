// SPDX-License-Identifier: Apache-2.0
package io.ioto.itests;

import io.ioto.bench.Fleet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// As [BundlesIT], for the bundles of a device cloud.
public class CloudBundlesIT extends BundlesIT {
  @Override
  List<String> features() {
    return List.of("core", "web", "db", "cloud");
  }

  /// With a port for the broker that nobody else has.
  @Override
  Path configuration(Path home, Path state) throws IOException {
    return Fleet.configuration(home.resolve("runtime-config/cloud"), state.resolve("config"));
  }
}
