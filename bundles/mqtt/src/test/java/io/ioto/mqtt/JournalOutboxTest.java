// SPDX-License-Identifier: Apache-2.0
package io.ioto.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ioto.api.mqtt.DeliveryException;
import io.ioto.api.mqtt.DeliveryException.Reason;
import io.ioto.api.mqtt.Message;
import io.ioto.api.mqtt.Qos;
import io.ioto.testing.Sections;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalOutboxTest {
  private final Path folder;
  private final Told told = new Told();
  private JournalOutbox outbox;

  JournalOutboxTest(@TempDir Path state) {
    folder = state.resolve("mqtt");
    outbox = open();
  }

  @AfterEach
  void close() {
    outbox.close();
  }

  private JournalOutbox open() {
    return new JournalOutbox(folder, told, 64 << 10, 10_000);
  }

  private void reopen() {
    outbox.close();
    outbox = open();
  }

  private List<Message> messages() {
    var all = new ArrayList<Message>();
    var cursor = 0L;
    for (var next = outbox.next(cursor); next.isPresent(); next = outbox.next(cursor)) {
      cursor = next.get().sequence();
      all.add(next.get().message());
    }
    return all;
  }

  @Test
  void messagesOutliveARestartInTheirOrder() {
    var sent =
        List.of(
            new Message("ioto/service/ü", "a"),
            new Message("ioto/service/b", new byte[] {0, -1}, Qos.AT_LEAST_ONCE, true),
            new Message("ioto/service/ü", ""));
    sent.forEach(outbox::put);
    assertThat(messages()).isEqualTo(sent);

    reopen();
    assertThat(messages()).isEqualTo(sent);
    assertThat(outbox.waiting()).isEqualTo(3);

    outbox.delivered(outbox.next(0).orElseThrow().sequence());
    reopen();
    assertThat(messages()).isEqualTo(sent.subList(1, 3));
  }

  @Test
  void senderHearsOfEachMessage() {
    var heard = new AtomicInteger();
    outbox.listen(heard::incrementAndGet);

    outbox.put(new Message("a", "1"));
    outbox.put(new Message("a", "2"));

    assertThat(heard).hasValue(2);
  }

  @Test
  void thereIsAnEndToWhatMayWait() {
    var message = new Message("a", new byte[10_000]);
    for (var i = 0; i < 6; i++) {
      outbox.put(message);
    }
    assertThat(reason(message)).isEqualTo(Reason.FULL);
    assertThat(outbox.waiting()).isEqualTo(6);
    reopen();
    assertThat(reason(message)).isEqualTo(Reason.FULL);

    outbox.delivered(outbox.next(0).orElseThrow().sequence());
    outbox.put(message);
    assertThat(outbox.waiting()).isEqualTo(6);
    assertThat(reason(new Message("a", new byte[10_001]))).isEqualTo(Reason.TOO_LARGE);
    assertThatThrownBy(() -> outbox.put(new Message("a", new byte[0], Qos.AT_MOST_ONCE, false)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private Reason reason(Message message) {
    return catchThrowableOfType(DeliveryException.class, () -> outbox.put(message)).reason();
  }

  @Test
  void fileStaysShortWhateverGoesThrough() throws IOException {
    outbox.put(new Message("first", "stays"));
    var cursor = outbox.next(0).orElseThrow().sequence();
    outbox.put(new Message("second", "stays"));
    outbox.delivered(cursor);
    for (var i = 0; i < 1000; i++) {
      outbox.put(new Message("a", new byte[5000]));
      if (i % 3 == 2) {
        var last = cursor;
        for (var next = outbox.next(last); next.isPresent(); next = outbox.next(last)) {
          last = next.get().sequence();
        }
        outbox.delivered(last);
      }
    }
    outbox.put(new Message("last", "stays"));

    try (var files = Files.list(folder)) {
      assertThat(files.mapToLong(file -> file.toFile().length()).sum()).isLessThan(4 << 20);
    }
    reopen();
    assertThat(messages()).last().isEqualTo(new Message("last", "stays"));
    assertThat(outbox.waiting()).isEqualTo(2);
  }

  @Test
  void placesInTheOrderOutliveACompaction() {
    for (var round = 0; round < 400; round++) {
      outbox.put(new Message("a", new byte[5000]));
      outbox.delivered(outbox.next(0).orElseThrow().sequence());
    }
    outbox.put(new Message("kept", "1"));
    outbox.put(new Message("kept", "2"));
    var first = outbox.next(0).orElseThrow().sequence();

    reopen();

    assertThat(outbox.next(0).orElseThrow().sequence()).isEqualTo(first);
    outbox.delivered(first);
    reopen();
    assertThat(messages()).containsExactly(new Message("kept", "2"));
  }

  @Test
  void whatWasMeantForTheLastAccountIsForgotten() {
    outbox.put(new Message("a", "1"));
    outbox.put(new Message("a", "2"));

    told.watcher.accept(null);
    outbox.reset();

    assertThat(outbox.waiting()).isZero();
    reopen();
    assertThat(messages()).isEmpty();
    outbox.put(new Message("b", "3"));
    assertThat(messages()).hasSize(1);
  }

  @Test
  void successorWaitsUntilTheJournalIsClosed() {
    outbox.put(new Message("a", "1"));
    var old = outbox;
    Thread.ofVirtual()
        .start(
            () -> {
              LockSupport.parkNanos(50_000_000);
              old.close();
            });

    outbox = open();

    assertThat(messages()).hasSize(1);
  }

  @Test
  void closedOutboxTakesNothing() {
    outbox.close();
    assertThat(reason(new Message("a", "1"))).isEqualTo(Reason.STORAGE);
    assertThat(outbox.waiting()).isZero();
  }

  @Test
  void defaultsAreThoseOfTheSettings(@TempDir Path state) {
    var outbox = Sections.config(JournalOutbox.Config.class, "io.ioto.mqtt.outbox", state, "{}");
    assertThat(outbox.size()).isEqualTo(8 << 20);
    assertThat(outbox.message()).isEqualTo(128 << 10);
    assertThat(Settings.of(Sections.config(Link.Config.class, "io.ioto.mqtt", state, "{}")))
        .hasToString(
            "Settings[keepAlive=PT1M, connect=PT30S, ack=PT30S, drain=PT5S, handler=PT10S,"
                + " retryFirst=PT1S, retryMax=PT5M, stable=PT30S, message=131072, inflight=64,"
                + " queue=1000, attempts=5]");
  }
}
