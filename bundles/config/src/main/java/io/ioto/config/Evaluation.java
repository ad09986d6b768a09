// SPDX-License-Identifier: Apache-2.0
package io.ioto.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.ioto.json.Nearest;
import io.ioto.json.Section;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/// What the components are to get: the merged tree held against the sections of the installed
/// bundles.
///
/// @param dictionaries by pid; those whose section is switched on and has no error
/// @param disabled pids that are switched off under `services`
/// @param wrong pids whose section has an error
record Evaluation(
    Map<String, Map<String, Object>> dictionaries, Set<String> disabled, Set<String> wrong) {

  /// Keys below `services` that the specification knows, for bundles that may not be there.
  private static final Set<String> SERVICES =
      Set.of(
          "ai",
          "database",
          "keys",
          "logs",
          "mqtt",
          "provision",
          "register",
          "serialize",
          "shadow",
          "sync",
          "test",
          "update",
          "url",
          "web");

  /// Checks everything; whatever is wrong goes into the report.
  ///
  /// @param timeouts false when the command line switches all timeouts off
  static Evaluation of(
      Layers.Merged merged,
      Collection<Section> sections,
      UnaryOperator<String> paths,
      boolean timeouts,
      Report report) {
    var findings = new Counting(report.in(merged.origins()));
    var dictionaries = new LinkedHashMap<String, Map<String, Object>>();
    var disabled = new TreeSet<String>();
    var wrong = new HashSet<String>();
    services(merged.root().path("services"), sections, findings);
    for (var section : sections) {
      int before = findings.errors;
      var values = section.values(merged.root(), paths, findings);
      if (!timeouts) {
        values.replaceAll((property, value) -> endless(section.path(property), value));
      }
      if (findings.errors > before) {
        wrong.add(section.pid());
      } else if (enabled(section, merged.root().path("services"))) {
        dictionaries.put(section.pid(), values);
      } else {
        disabled.add(section.pid());
      }
    }
    new Vocabulary(sections).check(merged.root(), findings);
    return new Evaluation(
        Collections.unmodifiableMap(dictionaries), Set.copyOf(disabled), Set.copyOf(wrong));
  }

  private static Object endless(String path, Object value) {
    boolean timeout =
        value instanceof Long && (path.startsWith("timeouts.") || path.contains(".timeouts."));
    return timeout ? (Object) Long.MAX_VALUE : value;
  }

  private static boolean enabled(Section section, JsonNode services) {
    return section
        .service()
        .map(service -> services.path(service).asBoolean(section.enabled()))
        .orElse(true);
  }

  private static void services(
      JsonNode services, Collection<Section> sections, Section.Findings findings) {
    var present = new HashSet<String>();
    sections.forEach(section -> section.service().ifPresent(present::add));
    var known = new HashSet<>(SERVICES);
    known.addAll(present);
    for (var entry : services.properties()) {
      var pointer = "/services/" + entry.getKey().replace("~", "~0").replace("/", "~1");
      var value = entry.getValue();
      if (present.contains(entry.getKey())) {
        if (!value.isBoolean() && !value.isNull()) {
          findings.error(pointer, "expected true or false, found " + value.asText());
        }
      } else if (!known.contains(entry.getKey())) {
        findings.warning(
            pointer,
            "there is no such service"
                + Nearest.to(entry.getKey(), known)
                    .map(" (did you mean '%s'?)"::formatted)
                    .orElse(""));
      } else if (value.asBoolean()) {
        findings.warning(pointer, "no installed bundle provides this service");
      }
    }
  }

  /// Counts errors on their way to the report, so that they can be told to belong to a section.
  private static final class Counting implements Section.Findings {
    private final Section.Findings next;
    private int errors;

    Counting(Section.Findings next) {
      this.next = next;
    }

    @Override
    public void error(String pointer, String reason) {
      errors++;
      next.error(pointer, reason);
    }

    @Override
    public void warning(String pointer, String reason) {
      next.warning(pointer, reason);
    }
  }
}
