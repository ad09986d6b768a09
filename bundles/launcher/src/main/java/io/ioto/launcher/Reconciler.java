// SPDX-License-Identifier: Apache-2.0
package io.ioto.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.startlevel.BundleStartLevel;

/// Brings the bundles that Felix remembers from its last run in line with the wanted set: installs
/// what is new, updates what has another hash, uninstalls the rest. The hashes it compares with
/// are written beside Felix's cache and vanish with it; where one is missing the bundle is
/// updated, so a run that was cut off in between is put right by the next.
final class Reconciler {
  /// What was done, for the log.
  record Outcome(int installed, int updated, int uninstalled) {}

  private final Path record;

  Reconciler(Path cache) {
    record = cache.resolve("installed.lst");
  }

  /// Changes the framework, which must be initialised and not started.
  Outcome reconcile(Framework framework, BundleSet set) throws BundleException, IOException {
    var known = known();
    var context = framework.getBundleContext();
    var wanted =
        set.entries().stream()
            .collect(Collectors.toMap(BundleSet.Entry::location, BundleSet.Entry::sha256));
    var uninstalled = 0;
    for (var bundle : context.getBundles()) {
      if (bundle.getBundleId() != 0 && !wanted.containsKey(bundle.getLocation())) {
        bundle.uninstall();
        uninstalled++;
      }
    }
    var installed = 0;
    var updated = 0;
    for (var entry : set.entries()) {
      var bundle = context.getBundle(entry.location());
      if (bundle == null) {
        bundle = context.installBundle(entry.location());
        installed++;
      } else if (!entry.sha256().equals(known.get(entry.location()))) {
        bundle.update();
        updated++;
      }
      prepare(bundle, entry.startLevel());
    }
    if (installed + updated + uninstalled > 0) {
      Files.write(
          record, set.entries().stream().map(e -> e.sha256() + " " + e.location()).toList());
    }
    return new Outcome(installed, updated, uninstalled);
  }

  private static void prepare(Bundle bundle, int startLevel) throws BundleException {
    var level = bundle.adapt(BundleStartLevel.class);
    if (level.getStartLevel() != startLevel) {
      level.setStartLevel(startLevel);
    }
    if (bundle.getHeaders("").get(Constants.FRAGMENT_HOST) == null
        && !level.isPersistentlyStarted()) {
      bundle.start(Bundle.START_ACTIVATION_POLICY);
    }
  }

  private Map<String, String> known() throws IOException {
    var known = new HashMap<String, String>();
    if (Files.exists(record)) {
      for (var line : Files.readAllLines(record)) {
        var blank = line.indexOf(' ');
        if (blank > 0) {
          known.put(line.substring(blank + 1), line.substring(0, blank));
        }
      }
    }
    return known;
  }
}
