// SPDX-License-Identifier: Apache-2.0
package io.ioto.db;

import io.ioto.journal.Journal;
import io.ioto.journal.SimulatedDisk;
import io.ioto.testing.ManualClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/// Databases for tests: on a folder or on a disk that fails, with a clock moved by hand.
final class Fixture {
  static final Limits LIMITS = new Limits(1024, 4096, 10_000, 1 << 20, 100, 50, 100, 1000);

  /// One model of every kind there is.
  static final String SCHEMA =
      """
      {
        format: 'onetable:1.1.0', version: '1.0.0',
        indexes: { primary: { hash: 'pk', sort: 'sk' }, byRole: { hash: 'role', sort: 'username' } },
        process: { Port: { sync: 'both' }, Event: { sync: 'up' }, Cloudy: { enable: 'cloud' } },
        models: {
          User: {
            pk: { type: 'string', value: 'user#' },
            sk: { type: 'string', value: 'user#${id}' },
            id: { type: 'string', generate: 'uid' },
            username: { type: 'string', required: true, unique: true },
            password: { type: 'string', hidden: true, sync: 'none' },
            role: { type: 'string', required: true, enum: ['user', 'admin', 'super'], default: 'user' },
            label: { type: 'string', value: '${role}:${username}' },
            settings: { type: 'object', default: { theme: 'dark', sizes: [1, 2] } },
            logins: { type: 'number' },
            active: { type: 'boolean' },
            since: { type: 'date' },
            tags: { type: 'array' },
            created: { type: 'date' }, updated: { type: 'date' },
          },
          Port: {
            sk: { type: 'string', value: 'port#${name}' },
            name: { type: 'string', required: true },
            speed: { type: 'number' },
          },
          Event: {
            sk: { type: 'string', value: 'event#${id}' },
            id: { type: 'string', generate: 'ulid' },
            text: { type: 'string' },
            expires: { type: 'date', ttl: true },
          },
          Command: {
            sk: { type: 'string', value: 'command#${accountId}#${deviceId}#${id}' },
            id: { type: 'string', required: true },
            accountId: { type: 'string', required: true },
            deviceId: { type: 'string', required: true },
          },
          Loose: { id: { type: 'string' }, anything: {} },
          Cloudy: { id: { type: 'string' } },
        },
      }
      """;

  static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

  final ManualClock clock = new ManualClock(NOON);
  final Path schema;
  final Path seed;

  Fixture(Path folder) {
    schema = folder.resolve("schema.json5");
    seed = folder.resolve("db.json5");
    write(SCHEMA);
  }

  void write(String text) {
    try {
      Files.writeString(schema, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Store.Settings settings(Limits limits) {
    return new Store.Settings(schema, seed, 1 << 20, Duration.ofDays(1), true, limits);
  }

  Store open(Path folder) {
    return open(folder, LIMITS);
  }

  Store open(Path folder, Limits limits) {
    return new Store(
        settings(limits),
        clock,
        null,
        replay -> Journal.open(folder, io.ioto.journal.Limits.DEFAULT, replay));
  }

  Store open(SimulatedDisk disk) {
    var limits = new io.ioto.journal.Limits(1 << 20, 1 << 30, 1 << 20, 4096, Duration.ofMillis(1));
    return new Store(settings(LIMITS), clock, null, replay -> disk.open(limits, replay));
  }
}
