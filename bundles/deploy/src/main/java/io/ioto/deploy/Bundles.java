// SPDX-License-Identifier: Apache-2.0
package io.ioto.deploy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.BundleRevision;

/// The bundles of the running framework, apart from the framework itself.
///
/// @param system context of the system bundle
record Bundles(BundleContext system, Ledger ledger) {
  private static final String REFERENCE = "reference:";
  private static final String INSTALLED = "installed.lst";
  private static final Pattern STORED = Pattern.compile("/store/sha256/../([0-9a-f]{64})\\.jar$");

  /// The order in which a framework starts bundles.
  static final Comparator<Bundle> START_ORDER =
      Comparator.comparingInt(Bundles::startLevel).thenComparingLong(Bundle::getBundleId);

  /// Every bundle that is installed and not stuck.
  List<Bundle> all() {
    return Stream.of(system.getBundles())
        .filter(b -> b.getBundleId() != Constants.SYSTEM_BUNDLE_ID)
        .filter(b -> ledger.stuck(b) == null)
        .toList();
  }

  /// The bundle of that name; the oldest where there are more.
  Optional<Bundle> named(String name) {
    return all().stream().filter(b -> name.equals(b.getSymbolicName())).findFirst();
  }

  /// Name and version as plans show them.
  static String title(Bundle bundle) {
    return bundle.getSymbolicName() + "/" + bundle.getVersion();
  }

  /// The location under which the launcher installs a jar, too.
  static String location(Path jar) {
    return REFERENCE + jar.toUri().toString().replaceFirst("^file:///", "file:/");
  }

  /// The jar or folder that a bundle's content comes from.
  ///
  /// @throws IOException when it cannot be found
  static Path file(Bundle bundle) throws IOException {
    var location = bundle.getLocation();
    if (location.startsWith(REFERENCE + "file:")) {
      return referenced(location.substring(REFERENCE.length()));
    }
    // Installed by other means, such as the web console: Felix keeps a copy.
    var data = bundle.getDataFile("");
    if (data != null && data.getParentFile() != null) {
      try (var revisions = Files.list(data.toPath().getParent())) {
        var copy =
            revisions
                .map(r -> r.resolve("bundle.jar"))
                .filter(Files::exists)
                .max(Comparator.comparing(Path::toString));
        if (copy.isPresent()) {
          return copy.get();
        }
      }
    }
    throw new IOException(
        "nobody knows where %s came from (%s)".formatted(title(bundle), location));
  }

  /// The hash of the jar that a bundle was installed from. A file of the distribution may have
  /// been replaced since by a build, so what the launcher wrote down beside the cache counts.
  ///
  /// @throws IOException when the jar cannot be found
  String sha256(Bundle bundle) throws IOException {
    var file = file(bundle);
    var stored = STORED.matcher(file.toString());
    if (stored.find()) {
      return stored.group(1);
    }
    var cache = system.getProperty(Constants.FRAMEWORK_STORAGE);
    var record = cache == null ? null : Path.of(cache).resolve(INSTALLED);
    if (record != null && Files.exists(record)) {
      for (var line : Files.readAllLines(record)) {
        if (line.endsWith(" " + bundle.getLocation())) {
          return line.substring(0, line.indexOf(' '));
        }
      }
    }
    return Store.sha256(file);
  }

  private static Path referenced(String url) {
    try {
      return Path.of(URI.create(url));
    } catch (IllegalArgumentException _) {
      // Felix also takes a bare path with blanks in it.
      return Path.of(url.substring("file:".length()));
    }
  }

  /// True for a bundle that does its work, or will when first asked.
  static boolean running(Bundle bundle) {
    return bundle.getState() == Bundle.ACTIVE
        || (bundle.getState() == Bundle.STARTING && lazy(bundle));
  }

  private static boolean lazy(Bundle bundle) {
    var policy = bundle.getHeaders("").get(Constants.BUNDLE_ACTIVATIONPOLICY);
    return policy != null && policy.startsWith(Constants.ACTIVATION_LAZY);
  }

  static boolean fragment(Bundle bundle) {
    return (bundle.adapt(BundleRevision.class).getTypes() & BundleRevision.TYPE_FRAGMENT) != 0;
  }

  static int startLevel(Bundle bundle) {
    return bundle.adapt(BundleStartLevel.class).getStartLevel();
  }
}
