// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.api.mqtt.DeliveryException;
import io.ioto.api.mqtt.Message;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Devices that lose their connections and come back, a cloud that fails and is swapped, a broker
/// that is restarted: all at the same time, and every message arrives, in order.
final class StormTest {
  private static final int DEVICES = 5;
  private static final int MESSAGES = 120;
  private static final List<Integer> ALL = IntStream.range(0, MESSAGES).boxed().toList();

  @TempDir private Path folder;

  private final Map<String, List<Integer>> taken = new ConcurrentHashMap<>();
  private final CountDownLatch subscribed = new CountDownLatch(DEVICES);

  /// One device, which sends and receives the same number of messages.
  private final class Device {
    private final String id;
    private final SSLContext tls;
    private final Site site;
    private final Random random;
    private final List<Integer> received = new ArrayList<>();
    private final Set<Integer> missing = new HashSet<>(ALL);
    private final List<Raw> abandoned = new ArrayList<>();
    private int sent;
    private boolean ready;

    Device(Site site, int number) {
      this.site = site;
      id = "d" + number;
      tls = site.device(id);
      random = new Random(number);
    }

    void run() {
      while (sent < MESSAGES || !missing.isEmpty()) {
        try {
          var raw = new Raw(tls, site.port(), "mqtt");
          abandoned.add(raw);
          live(raw);
          // One in two connections is taken over by the next rather than closed.
          if (random.nextBoolean()) {
            raw.close();
          }
        } catch (IOException | IllegalStateException e) {
          // The broker is away, or has cut this connection off.
          LockSupport.parkNanos(2_000_000);
        }
      }
    }

    private void live(Raw raw) throws IOException {
      raw.connect(id);
      if (!ready) {
        assertThat(raw.subscribe("ioto/device/" + id + "/#", 1)).isEqualTo(1);
        ready = true;
        subscribed.countDown();
      }
      send(raw);
      while (random.nextInt(40) > 0 && (sent < MESSAGES || !missing.isEmpty())) {
        var packet = raw.next();
        switch (packet.type) {
          case Raw.PUBACK -> {
            sent++;
            send(raw);
          }
          case Raw.PUBLISH -> {
            var number = Integer.parseInt(packet.text());
            received.add(number);
            missing.remove(number);
            raw.acknowledge(packet);
          }
          default -> throw new AssertionError(packet);
        }
      }
    }

    private void send(Raw raw) throws IOException {
      if (sent < MESSAGES) {
        raw.publish("ioto/service/" + id + "/x", "" + sent, sent + 1);
      }
    }

    void close() throws IOException {
      for (var raw : abandoned) {
        raw.close();
      }
    }
  }

  private void publish(Site site) {
    for (var i = 0; i < MESSAGES; i++) {
      for (var device = 0; device < DEVICES; device++) {
        while (!published(site, new Message("ioto/device/d%d/x".formatted(device), "" + i))) {
          LockSupport.parkNanos(2_000_000);
        }
      }
    }
  }

  private static boolean published(Site site, Message message) {
    try {
      site.broker().publish(message);
      return true;
    } catch (DeliveryException | IllegalStateException e) {
      return false;
    }
  }

  private void take(String device, Message message, Random random) {
    if (random.nextInt(50) == 0) {
      throw new IllegalStateException("the cloud fails now and then");
    }
    taken(device).add(Integer.valueOf(message.text()));
  }

  private List<Integer> taken(String device) {
    return taken.computeIfAbsent(device, _ -> new CopyOnWriteArrayList<>());
  }

  @Test
  void everythingArrivesInOrder() throws Exception {
    var site = new Site(folder);
    try {
      site.begin(folder);
      var random = new Random(1);
      var devices = IntStream.range(0, DEVICES).mapToObj(i -> new Device(site, i)).toList();
      site.take((device, message) -> take(device, message, random));
      site.start();
      var threads =
          new ArrayList<>(devices.stream().map(d -> Thread.ofVirtual().start(d::run)).toList());
      assertThat(subscribed.await(30, TimeUnit.SECONDS)).isTrue();
      threads.add(Thread.ofVirtual().start(() -> publish(site)));
      for (var round = 0; round < 4; round++) {
        LockSupport.parkNanos(200_000_000);
        if (round % 2 == 0) {
          site.stop();
          site.start();
        } else {
          site.take((device, message) -> take(device, message, random));
        }
      }
      for (var thread : threads) {
        assertThat(thread.join(java.time.Duration.ofSeconds(60))).isTrue();
      }
      for (var device : devices) {
        assertThat(firsts(device.received)).as("to " + device.id).isEqualTo(ALL);
        assertThat(firsts(taken(device.id))).as("from " + device.id).isEqualTo(ALL);
        device.close();
      }
    } finally {
      site.close();
    }
  }

  /// Each number once, in the order in which they first came.
  private static List<Integer> firsts(List<Integer> numbers) {
    return numbers.stream().distinct().toList();
  }
}
