// SPDX-License-Identifier: Apache-2.0
package io.ioto.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/// Makes Configuration Admin hold exactly the wanted dictionaries and touches none that is right
/// already. Those of bundles' own pids are marked, so that a later start finds what an earlier one
/// left behind.
final class Publisher {
  private static final String MARK = ".ioto";
  private static final String OURS = "(|(service.pid=io.ioto.*)(%s=settings))".formatted(MARK);

  /// Any bundle's component may take the configuration.
  private static final String ANYWHERE = "?";

  private final ConfigurationAdmin admin;

  Publisher(ConfigurationAdmin admin) {
    this.admin = admin;
  }

  /// Publishes, and deletes what is not wanted any more.
  ///
  /// @param keep pids that stay as they are
  /// @return the pids that were published, changed or deleted
  List<String> publish(Map<String, Map<String, Object>> wanted, Set<String> keep) {
    var touched = new ArrayList<String>();
    try {
      for (var entry : wanted.entrySet()) {
        var configuration = admin.getConfiguration(entry.getKey(), ANYWHERE);
        if (!ANYWHERE.equals(configuration.getBundleLocation())) {
          configuration.setBundleLocation(ANYWHERE);
        }
        if (!same(configuration.getProperties(), entry.getValue())) {
          var marked = new HashMap<>(entry.getValue());
          marked.put(MARK, "settings");
          configuration.update(FrameworkUtil.asDictionary(marked));
          touched.add(entry.getKey());
        }
      }
      for (var configuration : listed()) {
        var pid = configuration.getPid();
        if (!wanted.containsKey(pid) && !keep.contains(pid)) {
          configuration.delete();
          touched.add(pid);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return touched;
  }

  private Configuration[] listed() throws IOException {
    try {
      var found = admin.listConfigurations(OURS);
      return found == null ? new Configuration[0] : found;
    } catch (InvalidSyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean same(
      @Nullable Dictionary<String, Object> present, Map<String, Object> wanted) {
    // What Configuration Admin holds has its pid and our mark besides.
    return present != null
        && present.size() == wanted.size() + 2
        && present.get(MARK) != null
        && wanted.entrySet().stream()
            .allMatch(entry -> Objects.deepEquals(entry.getValue(), present.get(entry.getKey())));
  }
}
