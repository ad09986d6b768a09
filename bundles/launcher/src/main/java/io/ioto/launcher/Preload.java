// SPDX-License-Identifier: Apache-2.0
package io.ioto.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.osgi.framework.Bundle;
import org.osgi.framework.launch.Framework;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Does beside the start what the start would do one after the other: loads the classes that the
/// training run needed, in its order, on a thread of its own. A help and no more: what it cannot
/// load is loaded, or missed, by whoever needs it.
final class Preload {
  private static final Logger log = LoggerFactory.getLogger(Preload.class);
  private static final String REFERENCE = "reference:";

  /// A line of the JVM's class loading log that names a class from a bundle.
  private static final Pattern LOADED =
      Pattern.compile("\\[class,load] ([\\w.$]+) source: (file:\\S+\\.jar)$");

  private final CompletableFuture<Framework> resolved = new CompletableFuture<>();

  private Preload() {}

  /// Begins with what needs no bundles.
  ///
  /// @param list the classes of an earlier start; may be missing
  static Preload begin(Path list) {
    var preload = new Preload();
    Thread.ofPlatform().name("preload").daemon().start(() -> preload.run(list));
    return preload;
  }

  /// Goes on with the classes of the bundles, which have been resolved.
  void resolved(Framework framework) {
    resolved.complete(framework);
  }

  private void run(Path list) {
    // Jetty asks for them when its first class is initialised; thirty milliseconds, once.
    Locale.getAvailableLocales();
    try {
      var lines = Files.exists(list) ? Files.readAllLines(list) : List.<String>of();
      load(resolved.join(), lines);
    } catch (IOException e) {
      log.debug("no classes are loaded ahead", e);
    }
  }

  private static void load(Framework framework, List<String> lines) {
    var bundles = new HashMap<String, Bundle>();
    for (var bundle : framework.getBundleContext().getBundles()) {
      bundles.put(bundle.getLocation(), bundle);
    }
    for (var line : lines) {
      var blank = line.indexOf(' ');
      var bundle = blank < 0 ? null : bundles.get(REFERENCE + line.substring(blank + 1));
      if (bundle == null) {
        continue;
      }
      try {
        bundle.loadClass(line.substring(0, blank));
      } catch (ClassNotFoundException | LinkageError | IllegalStateException _) {
        // an updated bundle need not have it any more
      }
    }
  }

  /// Makes the list from the JVM's class loading log.
  static void record(Path log, Path list) throws IOException {
    var seen = new LinkedHashSet<String>();
    try (var lines = Files.lines(log)) {
      lines.forEach(
          line -> {
            var matcher = LOADED.matcher(line);
            if (matcher.find()) {
              seen.add(matcher.group(1) + " " + matcher.group(2));
            }
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    Files.write(list, seen);
  }
}
