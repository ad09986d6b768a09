// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.api.runtime.Readiness;
import io.ioto.api.web.Listener;
import io.ioto.api.web.Page;
import io.ioto.testing.ManualClock;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.launch.Framework;

class AnnouncerTest {
  private final Framework framework;
  private final BundleContext context;
  private final Switchboard switchboard = new Switchboard();
  private final ManualClock clock = new ManualClock(Instant.ofEpochMilli(10_520));
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final AtomicInteger ready = new AtomicInteger();
  private volatile List<String> missing = List.of("io.ioto.it 1.0.0 is not started");

  private record Title(String title, String path) implements Page {}

  AnnouncerTest(@TempDir Path folder) throws BundleException {
    framework =
        new FrameworkFactory()
            .newFramework(
                Map.of(
                    "org.osgi.framework.storage", folder.toString(),
                    "ioto.version", "0.1.0",
                    "ioto.started", "10000"));
    framework.start();
    context = framework.getBundleContext();
    System.clearProperty("ioto.ready");
    switchboard.add("app:ready", _ -> ready.incrementAndGet());
  }

  @AfterEach
  void stop() throws Exception {
    System.clearProperty("ioto.ready");
    framework.stop();
    framework.waitForStop(10_000);
  }

  private Announcer announcer() {
    var readiness =
        new Readiness() {
          @Override
          public List<String> missing() {
            return missing;
          }

          @Override
          public List<String> missing(Bundle bundle) {
            throw new UnsupportedOperationException();
          }
        };
    var print = new PrintStream(out, true, StandardCharsets.UTF_8);
    return new Announcer(context, readiness, switchboard, print, clock);
  }

  private void listener(String url) {
    context.registerService(Listener.class, () -> URI.create(url), null);
  }

  private String printed() {
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void saysOnceWhatCanBeOpened() {
    listener("http://127.0.0.1:8080");
    listener("https://127.0.0.1:8443");
    context.registerService(Page.class, new Title("Console", "/system/console"), null);
    context.registerService(Page.class, new Title("Welcome", "/"), null);
    var announcer = announcer();
    assertThat(printed()).isEmpty();
    assertThat(ready).hasValue(0);

    missing = List.of();

    eventually(() -> assertThat(ready).hasValue(1));
    assertThat(printed())
        .isEqualTo(
            """
            Ioto 0.1.0 is ready in 0.52 s
              http://127.0.0.1:8080/                 Welcome
              http://127.0.0.1:8080/system/console   Console
              https://127.0.0.1:8443/                Welcome
              https://127.0.0.1:8443/system/console  Console
            """);
    announcer.close();

    var successor = announcer();
    eventually(() -> assertThat(ready).hasValue(2));
    assertThat(printed()).containsOnlyOnce("is ready");
    successor.close();
  }

  @Test
  void saysWhereItListensWhenThereIsNoPage() {
    missing = List.of();
    listener("http://127.0.0.1:8080");

    var announcer = announcer();

    eventually(() -> assertThat(ready).hasValue(1));
    assertThat(printed()).isEqualTo("Ioto 0.1.0 is ready in 0.52 s\n  http://127.0.0.1:8080\n");
    announcer.close();
  }

  @Test
  void logsRarelyWhatIsMissing() {
    try (var log = new Recorder(Announcer.class.getName())) {
      var announcer = announcer();
      clock.advance(Duration.ofSeconds(30));
      eventually(
          () ->
              assertThat(log.messages())
                  .containsExactly(
                      "WARN Not ready after 30 s:\n  io.ioto.it 1.0.0 is not started"));
      clock.advance(Duration.ofSeconds(90));
      listener("http://127.0.0.1:8080"); // any event makes it look again
      eventually(() -> assertThat(log.messages()).hasSize(2));
      assertThat(log.messages().getLast()).startsWith("WARN Not ready after 120 s:");
      announcer.close();
    }
  }

  @Test
  void heldSignalEndsWithTheBundle() {
    missing = List.of();
    var announcer = announcer();
    eventually(() -> assertThat(ready).hasValue(1));

    announcer.close();

    var late = new AtomicInteger();
    switchboard.add("app:ready", _ -> late.incrementAndGet());
    assertThat(late).hasValue(0);
  }
}
