// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.broker;

import static io.ioto.testing.Eventually.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.api.cloud.Admission.Guest;
import io.ioto.api.mqtt.DeliveryException;
import io.ioto.api.mqtt.Message;
import io.ioto.api.mqtt.Qos;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SessionsTest {
  private static final Settings.Limits LIMITS =
      new Settings.Limits(
          10, 10, 10, 200_000, 256, 16, 128, 50, 5, 100, 1000, 4 << 20, 8 << 20, 10, 1 << 20);

  @TempDir private Path folder;

  private final Object owner = new Object();

  private Sessions open() {
    return new Sessions(folder, LIMITS, new Refusals());
  }

  private Session connect(Sessions sessions, String id) throws Breach {
    var access = Access.of(new Guest(id, "acme"));
    var session = sessions.connect(id, false, access, null, owner).session();
    sessions.subscribe(session, owner, Map.of("ioto/device/" + id + "/#", 1));
    sessions.subscribe(session, owner, Map.of("ioto/account/all/#", 1));
    return session;
  }

  private List<String> take(Sessions sessions, Session session, int count) throws Exception {
    var texts = new ArrayList<String>();
    while (texts.size() < count) {
      for (var waiting : sessions.take(session, owner)) {
        texts.add(new String(waiting.parcel().payload, UTF_8));
        sessions.acknowledge(session, owner, waiting.identifier());
      }
    }
    return texts;
  }

  private long bytes() throws IOException {
    try (var files = Files.list(folder)) {
      return files.mapToLong(f -> f.toFile().length()).sum();
    }
  }

  @Test
  void journalIsCompactedAndLosesNothing() throws Exception {
    var big = "x".repeat(150_000);
    try (var sessions = open()) {
      var one = connect(sessions, "d1");
      connect(sessions, "d2");
      sessions.publish(
          new Message("ioto/account/all/kept", "first".getBytes(UTF_8), Qos.AT_LEAST_ONCE, true));
      take(sessions, one, 1);
      // 30 MB go through, all of it for one device that takes it at once.
      for (var i = 0; i < 200; i++) {
        sessions.publish(new Message("ioto/device/d1/x", big));
        assertThat(take(sessions, one, 1)).containsExactly(big);
      }
      sessions.publish(new Message("ioto/account/all/x", "last"));
      eventually(() -> assertThat(bytes()).isLessThan(16 << 20));
      assertThat(sessions.waiting("d2")).isEqualTo(2);
    }
    try (var sessions = open()) {
      assertThat(sessions.waiting("d1")).isEqualTo(1);
      var two = connect(sessions, "d2");
      // Subscribing again brings what is retained again.
      assertThat(take(sessions, two, 3)).containsExactly("first", "last", "first");
    }
  }

  @Test
  void sameStateComesBackWhateverHappened() throws Exception {
    var random = new Random(11);
    var expected = new ArrayList<List<String>>(List.of(new ArrayList<>(), new ArrayList<>()));
    for (var round = 0; round < 10; round++) {
      try (var sessions = open()) {
        for (var device = 0; device < 2; device++) {
          assertThat(sessions.waiting("d" + device)).isEqualTo(expected.get(device).size());
        }
        for (var step = 0; step < 15; step++) {
          var device = random.nextInt(2);
          var id = "d" + device;
          switch (random.nextInt(4)) {
            case 0 -> {
              var session = connect(sessions, id);
              var waiting = expected.get(device);
              var count = random.nextInt(waiting.size() + 1);
              if (count > 0) {
                var taken = new ArrayList<String>();
                while (taken.size() < count) {
                  var batch = sessions.take(session, owner);
                  for (var next : batch) {
                    if (taken.size() < count) {
                      taken.add(new String(next.parcel().payload, UTF_8));
                      sessions.acknowledge(session, owner, next.identifier());
                    }
                  }
                }
                assertThat(taken).isEqualTo(waiting.subList(0, count));
                waiting.subList(0, count).clear();
              }
              sessions.disconnect(session, owner, true);
            }
            case 1 -> {
              connect(sessions, "d0");
              connect(sessions, "d1");
              var text = "all" + round + "." + step;
              sessions.publish(new Message("ioto/account/all/x", text));
              expected.forEach(texts -> texts.add(text));
            }
            default -> {
              connect(sessions, id);
              sessions.publish(new Message("ioto/device/" + id + "/x", round + "." + step));
              expected.get(device).add(round + "." + step);
            }
          }
        }
      }
    }
    assertThat(expected.getFirst()).isNotEmpty();
  }

  @Test
  void diskThatRefusesIsToldAndNothingIsTaken() throws Exception {
    var sessions = open();
    connect(sessions, "d1");
    sessions.close();
    assertThatThrownBy(() -> sessions.publish(new Message("ioto/device/d1/x", "x")))
        .isInstanceOf(DeliveryException.class)
        .extracting(e -> ((DeliveryException) e).reason())
        .isEqualTo(DeliveryException.Reason.STORAGE);
    assertThat(sessions.waiting("d1")).isZero();
  }
}
