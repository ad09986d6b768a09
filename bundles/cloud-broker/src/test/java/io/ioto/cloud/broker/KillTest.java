// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.api.cloud.Admission.Guest;
import io.ioto.api.mqtt.Message;
import io.ioto.cloud.broker.Session.Waiting;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What was taken survives the death of the process.
final class KillTest {
  private static final int SIZE = 30_000;
  private static final Settings.Limits LIMITS =
      new Settings.Limits(
          10, 10, 10, 2 * SIZE, 256, 16, 128, 50, 5, 100, 1000, 8 << 20, 16 << 20, 10, 1 << 20);

  @TempDir private Path folder;

  /// Publishes from a number on until it is killed, and tells of each message that was taken. Has
  /// each acknowledged that has 20 others behind it. Its journal is compacted now and then.
  static final class Victim {
    private Victim() {}

    public static void main(String[] arguments) throws Exception {
      var owner = new Object();
      var sessions = new Sessions(Path.of(arguments[0]), LIMITS, new Refusals());
      var session = connect(sessions, owner);
      var sent = new ArrayList<Waiting>();
      for (var i = Integer.parseInt(arguments[1]); ; i++) {
        sessions.publish(new Message("ioto/device/d1/x", text(i)));
        System.out.println("taken " + i);
        while (sessions.waiting("d1") > 20) {
          if (sent.isEmpty()) {
            sent.addAll(sessions.take(session, owner));
          }
          sessions.acknowledge(session, owner, sent.removeFirst().identifier());
        }
      }
    }
  }

  private static String text(int number) {
    return number + " " + "x".repeat(SIZE);
  }

  private static Session connect(Sessions sessions, Object owner) throws Breach {
    var access = Access.of(new Guest("d1", "acme"));
    var session = sessions.connect("d1", false, access, null, owner).session();
    sessions.subscribe(session, owner, Map.of("ioto/device/d1/#", 1));
    return session;
  }

  @Test
  void nothingThatWasTakenIsLostWhenTheProcessIsKilled() throws Exception {
    var random = new Random(5);
    var last = -1;
    for (var round = 0; round < 4; round++) {
      last = publishUntilKilled(last + 1, 200 + random.nextInt(600));
      var numbers = waiting();
      // One more may have been taken than the process could tell.
      assertThat(numbers.getLast()).isBetween(last, last + 1);
      assertThat(numbers.size()).isGreaterThanOrEqualTo(20);
      assertThat(numbers)
          .isEqualTo(IntStream.rangeClosed(numbers.getFirst(), numbers.getLast()).boxed().toList());
      last = numbers.getLast();
    }
  }

  /// The number of the last message of which it said that it was taken.
  private int publishUntilKilled(int from, int messages) throws Exception {
    var last = -1;
    var process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Victim.class.getName(),
                folder.toString(),
                Integer.toString(from))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("taken ")) {
          last = Integer.parseInt(line.substring(6));
          if (last == from + messages) {
            // By its handle: the process itself would close the stream, and hide what came last.
            process.toHandle().destroyForcibly();
          }
        }
      }
    }
    assertThat(process.waitFor()).isNotZero();
    assertThat(last).isGreaterThanOrEqualTo(from + messages);
    return last;
  }

  /// The numbers of all messages that wait, as a device gets them.
  private List<Integer> waiting() throws Exception {
    var numbers = new ArrayList<Integer>();
    try (var sessions = new Sessions(folder, LIMITS, new Refusals())) {
      var owner = new Object();
      var session = connect(sessions, owner);
      while (sessions.waiting("d1") > 0) {
        for (var next : sessions.take(session, owner)) {
          assertThat(next.again()).isTrue();
          var text = new String(next.parcel().payload, UTF_8);
          numbers.add(Integer.parseInt(text.substring(0, text.indexOf(' '))));
          sessions.acknowledge(session, owner, next.identifier());
        }
      }
    }
    return numbers;
  }
}
