// SPDX-License-Identifier: Apache-2.0
package io.ioto.resolve;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Whether a set of bundles resolves and every service its components must have is provided.
///
/// @param problems what is in the way, one sentence each, causes only: what fails merely because
///     something else does is left out
public record Resolution(List<String> problems) {
  public Resolution {
    problems = List.copyOf(problems);
  }

  /// True when nothing is in the way.
  public boolean resolved() {
    return problems.isEmpty();
  }

  /// Asks about a whole set, with the system's folder for temporary files.
  ///
  /// @param jars every bundle of the set; the framework itself is not one of them
  /// @param framework properties the framework would be started with; those that add packages,
  ///     capabilities or boot delegation matter
  /// @throws java.io.UncheckedIOException when the temporary folder cannot be used
  public static Resolution of(List<Path> jars, Map<String, String> framework) {
    return of(jars, framework, Set.of(), Path.of(System.getProperty("java.io.tmpdir")));
  }

  /// Asks about a whole set.
  ///
  /// @param services class names of services that will be there although no manifest says so
  /// @param temporary existing folder in which a temporary one may be made
  /// @throws java.io.UncheckedIOException when the temporary folder cannot be used
  public static Resolution of(
      List<Path> jars, Map<String, String> framework, Set<String> services, Path temporary) {
    try (var scratch = new Scratch(temporary, framework)) {
      return new Resolution(new Question(scratch, services).problems(jars));
    }
  }
}
