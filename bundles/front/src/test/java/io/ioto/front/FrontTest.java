// SPDX-License-Identifier: Apache-2.0
package io.ioto.front;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.api.tls.Tls;
import io.ioto.api.tls.Trust;
import io.ioto.api.web.Listener;
import io.ioto.json.Json5;
import io.ioto.testing.Sections;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Dictionary;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.apache.felix.framework.FrameworkFactory;
import org.apache.felix.http.jetty.ConnectorFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.launch.Framework;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

final class FrontTest {
  @TempDir private Path folder;

  private final AtomicReference<Dictionary<?, ?>> jetty = new AtomicReference<>();
  private Framework framework;

  FrontTest() {
    framework = new FrameworkFactory().newFramework(Map.of());
  }

  @BeforeEach
  void start() throws Exception {
    framework =
        new FrameworkFactory()
            .newFramework(Map.of("org.osgi.framework.storage", folder.resolve("felix").toString()));
    framework.start();
    System.clearProperty("ioto.fatal");
    System.clearProperty("ioto.listening");
  }

  @AfterEach
  void stop() throws Exception {
    framework.stop();
    framework.waitForStop(0);
    System.clearProperty("ioto.fatal");
    System.clearProperty("ioto.listening");
  }

  private Front front(String... listen) throws IOException {
    return new Front(framework.getBundleContext(), admin(), config(listen));
  }

  private Front.Config config(String... listen) {
    var quoted = Arrays.stream(listen).map(Json5::quote).collect(Collectors.joining(","));
    var settings = listen.length == 0 ? "{}" : "{listen: [" + quoted + "]}";
    return Sections.config(Front.Config.class, "io.ioto.front", folder, settings);
  }

  /// Remembers what the HTTP service is configured with.
  private ConfigurationAdmin admin() {
    var configuration =
        fake(
            Configuration.class,
            "updateIfDifferent",
            arguments -> {
              jetty.set((Dictionary<?, ?>) arguments[0]);
              return true;
            });
    return fake(ConfigurationAdmin.class, "getConfiguration", _ -> configuration);
  }

  private static <T> T fake(
      Class<T> type, String name, java.util.function.Function<Object[], Object> answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (_, method, arguments) -> {
              assertThat(method.getName()).isEqualTo(name);
              return answer.apply(arguments);
            }));
  }

  private Stream<Listener> listeners() throws Exception {
    var context = framework.getBundleContext();
    return context.getServiceReferences(Listener.class, null).stream().map(context::getService);
  }

  private static void touch(int port) throws IOException {
    new Socket(InetAddress.getLoopbackAddress(), port).close();
  }

  @Test
  void defaults() throws Exception {
    var config = config();
    assertThat(config.listen()).containsExactly("http://127.0.0.1:8080");
    assertThat(config.swap_grace()).isEqualTo(10_000);
    assertThat(config.swap_drain()).isEqualTo(10_000);
    assertThat(config.swap_waiting()).isEqualTo(1_000);
    assertThat(Limits.of(config, true))
        .isEqualTo(new Limits(256, 32 * 1024, 100, 10 * 1024, 1_000, 300_000, 5_000));
    assertThat(Limits.of(config, false))
        .isEqualTo(new Limits(256, 32 * 1024, 100, 10 * 1024, 1_000, 0, 0));
  }

  @Test
  void opensEveryEndpointAndTellsOfIt() throws Exception {
    var front = front("http://127.0.0.1:0", "127.0.0.1:0");
    var ports = listeners().map(listener -> listener.url().getPort()).toList();
    assertThat(ports).hasSize(2).doesNotContain(0);
    for (var port : ports) {
      touch(port);
    }
    assertThat(framework.getBundleContext().getServiceReferences(ConnectorFactory.class, null))
        .hasSize(2);
    assertThat(jetty.get().get("org.apache.felix.http.host")).isEqualTo("127.0.0.1");
    front.close();
    assertThat(listeners()).isEmpty();
    for (var port : ports) {
      assertThatThrownBy(() -> touch(port)).isInstanceOf(ConnectException.class);
    }
  }

  @Test
  void aPortInUseEndsTheProcessAtStart() throws Exception {
    try (var taken = Endpoint.parse("http://127.0.0.1:0").bind(1)) {
      var url = "http://127.0.0.1:" + taken.socket().getLocalPort();
      var front = front(url);
      assertThat(framework.waitForStop(TimeUnit.SECONDS.toMillis(10)).getType())
          .isEqualTo(FrameworkEvent.STOPPED);
      assertThat(System.getProperty("ioto.fatal"))
          .isEqualTo("Cannot listen on %s: address already in use", url);
      assertThat(front).isNotNull();
    }
  }

  @Test
  void aBadEndpointEndsTheProcessAtStart() throws Exception {
    var front = front("http://127.0.0.1:80/path");
    assertThat(framework.waitForStop(TimeUnit.SECONDS.toMillis(10)).getType())
        .isEqualTo(FrameworkEvent.STOPPED);
    assertThat(System.getProperty("ioto.fatal")).contains("'http://127.0.0.1:80/path'");
    assertThat(front).isNotNull();
  }

  @Test
  void laterAPortInUseIsLeftOut() throws Exception {
    front("http://127.0.0.1:0").close();
    try (var taken = Endpoint.parse("http://127.0.0.1:0").bind(1)) {
      var front = front("http://127.0.0.1:" + taken.socket().getLocalPort(), "http://127.0.0.1:0");
      assertThat(listeners()).hasSize(1);
      assertThat(System.getProperty("ioto.fatal")).isNull();
      front.close();
    }
  }

  @Test
  void secureEndpointsWaitForTheirCertificate() throws Exception {
    var front = front("https://127.0.0.1:0", "http://127.0.0.1:0");
    assertThat(listeners().map(listener -> listener.url().getScheme())).containsExactly("http");
    var first = SSLContext.getDefault();
    var tls = publish(first);
    assertThat(listeners().map(listener -> listener.url().getScheme()))
        .containsExactlyInAnyOrder("http", "https");
    tls.unregister();
    assertThat(listeners()).hasSize(2);
    publish(first);
    assertThat(listeners()).hasSize(2);
    front.close();
    assertThat(listeners()).isEmpty();
  }

  private org.osgi.framework.ServiceRegistration<Tls> publish(SSLContext material) {
    return framework
        .getBundleContext()
        .registerService(
            Tls.class,
            new Tls() {
              @Override
              public SSLContext server() {
                return material;
              }

              @Override
              public String fingerprint() {
                return "";
              }

              @Override
              public SSLContext client(Trust trust) {
                throw new UnsupportedOperationException();
              }

              @Override
              public SSLContext client(Trust trust, String credentials) {
                throw new UnsupportedOperationException();
              }
            },
            null);
  }

  @Test
  void socketsCloseBeforeTheFirstBundleStops() throws Exception {
    var front = front("http://127.0.0.1:0");
    var port = listeners().findFirst().orElseThrow().url().getPort();
    framework.stop();
    eventually(() -> assertThatThrownBy(() -> touch(port)).isInstanceOf(ConnectException.class));
    framework.waitForStop(0);
    assertThat(front).isNotNull();
  }
}
