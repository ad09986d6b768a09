// SPDX-License-Identifier: Apache-2.0
package io.ioto.kickstart;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.api.db.Db;
import io.ioto.api.db.Origin;
import io.ioto.api.db.Query;
import io.ioto.api.db.Write;
import io.ioto.api.runtime.Fibers;
import io.ioto.api.runtime.Timers;
import io.ioto.db.Store;
import io.ioto.testing.Sections;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.launch.Framework;

class ReporterTest {
  /// Fibers that the test ends.
  private static final class Own implements Fibers {
    final List<Thread> all = new ArrayList<>();

    @Override
    public Thread start(String name, Runnable work) {
      var fiber = Thread.ofVirtual().name(name).start(work);
      all.add(fiber);
      return fiber;
    }

    @Override
    public <T> Future<T> submit(String name, Callable<T> work) {
      throw new AssertionError("nothing is submitted");
    }

    void end() throws InterruptedException {
      for (var fiber : all) {
        fiber.interrupt();
        fiber.join();
      }
    }
  }

  @TempDir Path folder;
  private final AtomicReference<State> state = new AtomicReference<>(States.QUIET);
  private final AtomicReference<Runnable> beat = new AtomicReference<>();
  private final Own fibers = new Own();
  private Framework framework;
  private Store store;
  private Pulse pulse;

  @BeforeEach
  void open() throws Exception {
    framework =
        new FrameworkFactory()
            .newFramework(Map.of("org.osgi.framework.storage", folder.resolve("cache").toString()));
    framework.start();
    Files.createDirectories(folder.resolve("config"));
    Files.copy(Path.of("../../runtime-config/schema.json5"), folder.resolve("config/schema.json5"));
    var context = framework.getBundleContext();
    store = new Store(context, Sections.config(Store.Config.class, "io.ioto.db", folder, "{}"));
    context.registerService(Db.class, store, null);
    pulse = new Pulse(() -> new Beat(States.sample(1, null), state.get()), () -> {}, timers());
  }

  @AfterEach
  void close() throws Exception {
    fibers.end();
    store.close();
    framework.stop();
    framework.waitForStop(10_000);
  }

  private Timers timers() {
    return (Timers)
        Proxy.newProxyInstance(
            Timers.class.getClassLoader(),
            new Class<?>[] {Timers.class},
            (_, _, arguments) -> {
              beat.set((Runnable) arguments[2]);
              return null;
            });
  }

  private Reporter reporter() throws Exception {
    return new Reporter(framework.getBundleContext(), fibers, pulse);
  }

  private List<String> messages() {
    return store.find(Query.of("Event")).items().stream().map(i -> i.text("message")).toList();
  }

  @Test
  void theStartIsToldOnceHoweverOftenTheBundleStarts() throws Exception {
    var first = reporter();
    eventually(() -> assertThat(messages()).containsExactly("The gateway 1.2.3 started"));
    fibers.end();
    first.close();
    var second = reporter();
    var commit = store.commit(Write.create("Port", Map.of("name", "eth0")));
    second.changed(commit);
    eventually(
        () ->
            assertThat(messages())
                .containsExactlyInAnyOrder("The gateway 1.2.3 started", "Port eth0 was added"));
    second.close();
  }

  @Test
  void whatChangesBetweenTwoBeatsIsTold() throws Exception {
    var reporter = reporter();
    eventually(() -> assertThat(messages()).hasSize(1));
    // When it begins to compare is its own matter; from then on every change counts.
    eventually(
        () -> {
          state.set(States.QUIET);
          beat.get().run();
          state.set(States.of("provisioned", "offline", "idle", 0, ""));
          beat.get().run();
          assertThat(messages()).contains("The connection to the cloud was lost");
        });
    reporter.close();
  }

  @Test
  void theOldestMakeRoom() throws Exception {
    var many =
        IntStream.range(0, 1_000)
            .mapToObj(
                i ->
                    Write.create(
                        "Event",
                        Map.of("id", "0%04d".formatted(i), "message", "m" + i, "subject", "x")))
            .toList();
    store.commit(many, Origin.LOCAL);
    var reporter = reporter();
    eventually(() -> assertThat(messages()).contains("The gateway 1.2.3 started"));
    assertThat(messages()).hasSize(1_000).doesNotContain("m0").contains("m1");
    reporter.close();
  }
}
