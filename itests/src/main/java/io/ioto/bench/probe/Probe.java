// SPDX-License-Identifier: Apache-2.0
package io.ioto.bench.probe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.ioto.api.control.Command;
import io.ioto.api.control.CommandRequest;
import io.ioto.api.db.Db;
import io.ioto.api.db.Origin;
import io.ioto.api.db.Query;
import io.ioto.api.db.Write;
import io.ioto.api.device.Identity;
import io.ioto.api.mqtt.DeliveryException;
import io.ioto.api.mqtt.Message;
import io.ioto.api.mqtt.Outbox;
import io.ioto.api.runtime.Seat;
import io.ioto.api.runtime.ServiceSeat;
import io.ioto.api.sync.Sync;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;

/// The commands. Each takes numbers as query variables and answers with what was measured.
public final class Probe implements BundleActivator {
  private static final long POLL = 100_000;
  private static final long PATIENCE = 120_000_000_000L;

  private @Nullable ServiceSeat<Outbox> outbox;

  @Override
  public void start(BundleContext context) {
    outbox = seat(context);
    publish(context, "POST /probe/outbox", request -> outbox(context, request));
    publish(context, "POST /probe/waiting", _ -> waiting(context));
    publish(context, "POST /probe/items", request -> items(context, request));
    publish(context, "POST /probe/await", request -> await(context, request));
  }

  /// Whoever puts messages waits while the outbox is being replaced.
  private static ServiceSeat<Outbox> seat(BundleContext context) {
    try {
      var filter = context.createFilter("(objectClass=%s)".formatted(Outbox.class.getName()));
      return new ServiceSeat<>(context, filter, Seat.Patience.DEFAULT, Duration.ofSeconds(10));
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void publish(BundleContext context, String route, Command command) {
    context.registerService(
        Command.class, command, FrameworkUtil.asDictionary(Map.of(Command.ROUTE, route)));
  }

  @Override
  public void stop(BundleContext context) {
    if (outbox != null) {
      outbox.close();
    }
  }

  private ServiceSeat<Outbox> outbox() {
    return Objects.requireNonNull(outbox);
  }

  private static <T> T service(BundleContext context, Class<T> type) {
    var reference = context.getServiceReference(type);
    var service = reference == null ? null : context.getService(reference);
    if (service == null) {
      throw new IllegalStateException("no " + type.getSimpleName());
    }
    return service;
  }

  private static int number(CommandRequest request, String name) {
    return Integer.parseInt(request.query().getOrDefault(name, "1"));
  }

  private static void until(BooleanSupplier condition, String what) {
    for (var end = System.nanoTime() + PATIENCE; !condition.getAsBoolean(); ) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("waited in vain: " + what);
      }
      LockSupport.parkNanos(POLL);
    }
  }

  /// Puts `count` messages of `size` bytes with `threads` threads; answers when the broker has
  /// acknowledged all of them.
  private JsonNode outbox(BundleContext context, CommandRequest request)
      throws ExecutionException, InterruptedException {
    var outbox = outbox();
    var topic = "ioto/service/%s/bench".formatted(service(context, Identity.class).id());
    var count = number(request, "count");
    var filling = "x".repeat(number(request, "size"));
    var next = new AtomicInteger();
    var nanos = new long[count];
    var began = System.nanoTime();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var running = new ArrayList<Future<?>>();
      for (var t = 0; t < number(request, "threads"); t++) {
        running.add(
            threads.submit(
                () -> {
                  for (var n = next.getAndIncrement(); n < count; n = next.getAndIncrement()) {
                    nanos[n] = put(outbox, new Message(topic, n + " " + filling));
                  }
                }));
      }
      for (var each : running) {
        each.get();
      }
    }
    var put = System.nanoTime() - began;
    until(() -> outbox.call(Outbox::waiting) == 0, "the outbox is empty");
    Arrays.sort(nanos);
    return JsonNodeFactory.instance
        .objectNode()
        .put("putMicros", put / 1000)
        .put("allMicros", (System.nanoTime() - began) / 1000)
        .put("p50Micros", nanos[count / 2] / 1000)
        .put("p99Micros", nanos[count * 99 / 100] / 1000);
  }

  private static long put(ServiceSeat<Outbox> outbox, Message message) {
    var began = System.nanoTime();
    while (true) {
      try {
        outbox.call(
            o -> {
              o.put(message);
              return true;
            });
        return System.nanoTime() - began;
      } catch (DeliveryException e) {
        if (e.reason() != DeliveryException.Reason.FULL) {
          throw e;
        }
        LockSupport.parkNanos(POLL);
      }
    }
  }

  /// What the cloud does not have yet.
  private JsonNode waiting(BundleContext context) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("messages", outbox().call(Outbox::waiting))
        .put("changes", service(context, Sync.class).status().waiting());
  }

  /// Makes `count` ports in commits of `commit`; answers when the cloud has confirmed them.
  private static JsonNode items(BundleContext context, CommandRequest request) {
    var db = service(context, Db.class);
    var sync = service(context, Sync.class);
    var count = number(request, "count");
    var began = System.nanoTime();
    for (var n = 0; n < count; ) {
      var writes = new ArrayList<Write>();
      for (var end = Math.min(count, n + number(request, "commit")); n < end; n++) {
        var name = "%s%d".formatted(request.query().getOrDefault("name", "p"), n);
        writes.add(Write.create("Port", Map.of("name", name)));
      }
      db.commit(writes, Origin.LOCAL);
    }
    var written = System.nanoTime() - began;
    until(() -> sync.status().waiting() == 0, "the cloud has everything");
    return JsonNodeFactory.instance
        .objectNode()
        .put("writtenMicros", written / 1000)
        .put("allMicros", (System.nanoTime() - began) / 1000);
  }

  /// Answers when the port `name` has the description `text`.
  private static JsonNode await(BundleContext context, CommandRequest request) {
    var db = service(context, Db.class);
    var query = Query.of("Port").match("name", request.query().getOrDefault("name", ""));
    var key = db.first(query).orElseThrow().key();
    var text = request.query().getOrDefault("text", "");
    until(
        () -> db.get("Port", key).filter(i -> i.text("description").equals(text)).isPresent(),
        "description of " + key);
    return JsonNodeFactory.instance.objectNode().put("key", key);
  }
}
