// SPDX-License-Identifier: Apache-2.0
package io.ioto.config;

import io.ioto.json.Json5;
import io.ioto.json.JsonException;
import io.ioto.json.Section;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.util.tracker.BundleTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Knows the sections of all installed bundles, from the moment they are installed. Of a bundle
/// that is installed in two versions the higher one's sections count. May be used by many threads.
final class Catalog extends BundleTracker<Bundle> {
  private static final Logger log = LoggerFactory.getLogger(Catalog.class);

  private static final int INSTALLED =
      Bundle.INSTALLED | Bundle.RESOLVED | Bundle.STARTING | Bundle.ACTIVE | Bundle.STOPPING;

  /// Bytes of a description; a larger one is cut and so refused.
  private static final int LARGEST = 1 << 20;

  private final Runnable changed;
  private final Map<Bundle, List<Section>> described = new LinkedHashMap<>();

  /// @param changed called after the sections of a bundle have come, gone or changed
  Catalog(BundleContext context, Runnable changed) {
    super(context, INSTALLED, null);
    this.changed = changed;
  }

  /// The sections that count, one for each pid, in the order of the pids.
  synchronized Collection<Section> sections() {
    var newest = new LinkedHashMap<String, Bundle>();
    for (var bundle : described.keySet()) {
      newest.merge(
          bundle.getSymbolicName(),
          bundle,
          (a, b) -> a.getVersion().compareTo(b.getVersion()) >= 0 ? a : b);
    }
    var sections = new TreeMap<String, Section>();
    newest.values().stream()
        .sorted(Comparator.comparingLong(Bundle::getBundleId))
        .forEach(
            bundle ->
                described
                    .getOrDefault(bundle, List.of())
                    .forEach(section -> sections.putIfAbsent(section.pid(), section)));
    return new ArrayList<>(sections.values());
  }

  @Override
  public @Nullable Bundle addingBundle(Bundle bundle, @Nullable BundleEvent event) {
    describe(bundle);
    return bundle;
  }

  @Override
  public void modifiedBundle(Bundle bundle, @Nullable BundleEvent event, Bundle same) {
    if (event != null && event.getType() == BundleEvent.UPDATED) {
      describe(bundle);
    }
  }

  @Override
  public void removedBundle(Bundle bundle, @Nullable BundleEvent event, Bundle same) {
    put(bundle, List.of());
  }

  private void describe(Bundle bundle) {
    put(bundle, read(bundle));
  }

  private void put(Bundle bundle, List<Section> sections) {
    synchronized (this) {
      var before = sections.isEmpty() ? described.remove(bundle) : described.put(bundle, sections);
      if (before == null && sections.isEmpty()) {
        return;
      }
    }
    changed.run();
  }

  private static List<Section> read(Bundle bundle) {
    var resource = bundle.getEntry(Section.RESOURCE);
    if (resource == null) {
      return List.of();
    }
    try (var in = resource.openStream()) {
      var text = new String(in.readNBytes(LARGEST), StandardCharsets.UTF_8);
      return Section.read(Json5.document(text, bundle + "/" + Section.RESOURCE));
    } catch (IOException | JsonException e) {
      log.error(
          "Bundle {} gets no configuration, its description is wrong: {}", bundle, e.getMessage());
      return List.of();
    }
  }
}
