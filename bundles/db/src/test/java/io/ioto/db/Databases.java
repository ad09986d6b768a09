// SPDX-License-Identifier: Apache-2.0
package io.ioto.db;

import io.ioto.journal.Journal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/// Real databases for the tests of what stands on them.
public final class Databases {
  private Databases() {}

  /// Opens one as the component would.
  ///
  /// @param folder of its files
  /// @param schema file of its models
  public static Store open(Path folder, Path schema) {
    var limits = new Limits(1024, 1 << 18, 1_000_000, 1 << 25, 1000, 1000, 100_000, 10_000);
    var settings =
        new Store.Settings(
            schema,
            schema.resolveSibling("db.json5"),
            1 << 22,
            Duration.ofMinutes(1),
            true,
            limits);
    return new Store(
        settings,
        InstantSource.system(),
        null,
        replay -> Journal.open(folder, io.ioto.journal.Limits.DEFAULT, replay));
  }
}
