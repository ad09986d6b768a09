// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.api.cloud.Admission.Guest;
import io.ioto.api.mqtt.Message;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What was taken survives the death of the process.
final class KillTest {
  private static final Settings.Limits LIMITS =
      new Settings.Limits(
          10, 10, 10, 20_000, 256, 16, 128, 50, 100, 100, 30_000, 4 << 20, 8 << 20, 10, 1 << 20);

  @TempDir private Path folder;

  /// Publishes until it is killed, and tells of each message that was taken.
  static final class Victim {
    private Victim() {}

    public static void main(String[] arguments) throws Exception {
      var sessions = new Sessions(Path.of(arguments[0]), LIMITS, new Refusals());
      connect(sessions, new Object());
      for (var i = sessions.waiting("d1"); ; i++) {
        sessions.publish(new Message("ioto/device/d1/x", "m" + i));
        System.out.println("taken " + i);
      }
    }
  }

  private static Session connect(Sessions sessions, Object owner) throws Breach {
    var access = Access.of(new Guest("d1", "acme"));
    var session = sessions.connect("d1", false, access, null, owner).session();
    sessions.subscribe(session, owner, Map.of("ioto/device/d1/#", 1));
    return session;
  }

  @Test
  void nothingThatWasTakenIsLostWhenTheProcessIsKilled() throws Exception {
    var last = -1;
    for (var round = 0; round < 3; round++) {
      var process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin/java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Victim.class.getName(),
                  folder.toString())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.startsWith("taken ")) {
            last = Integer.parseInt(line.substring(6));
            if (last % 100 == 57 + round) {
              process.toHandle().destroyForcibly();
            }
          }
        }
      }
      assertThat(process.waitFor()).isNotZero();
      assertThat(last).isPositive();
      var texts = new ArrayList<String>();
      try (var sessions = new Sessions(folder, LIMITS, new Refusals())) {
        assertThat(sessions.waiting("d1")).isGreaterThan(last);
        var owner = new Object();
        var session = connect(sessions, owner);
        for (var waiting : sessions.take(session, owner)) {
          assertThat(waiting.again()).isTrue();
          texts.add(new String(waiting.parcel().payload, UTF_8));
        }
        assertThat(texts).isEqualTo(first(texts.size()));
      }
    }
  }

  private static List<String> first(int count) {
    return java.util.stream.IntStream.range(0, count).mapToObj(i -> "m" + i).toList();
  }
}
