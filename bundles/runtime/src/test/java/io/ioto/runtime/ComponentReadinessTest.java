// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ioto.api.config.Settings;
import io.ioto.api.web.Listener;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.launch.Framework;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;

class ComponentReadinessTest {
  private final Framework framework;
  private final FakeComponents components = new FakeComponents();

  ComponentReadinessTest(@TempDir Path folder) throws BundleException {
    framework =
        new FrameworkFactory()
            .newFramework(Map.of("org.osgi.framework.storage", folder.toString()));
    framework.init();
  }

  @BeforeEach
  void start() throws BundleException {
    framework.start();
  }

  @AfterEach
  void stop() throws Exception {
    framework.stop();
    framework.waitForStop(10_000);
  }

  private record Off(Set<String> disabled) implements Settings {
    @Override
    public Optional<JsonNode> get(String path) {
      throw new UnsupportedOperationException();
    }

    @Override
    public JsonNode all() {
      throw new UnsupportedOperationException();
    }

    @Override
    public String profile() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Path path(String path) {
      throw new UnsupportedOperationException();
    }
  }

  private ComponentReadiness readiness(String... off) {
    return new ComponentReadiness(framework.getBundleContext(), components, new Off(Set.of(off)));
  }

  private Bundle install(String name, String version, Map<String, String> headers)
      throws BundleException, IOException {
    var manifest = new Manifest();
    var attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.putValue("Bundle-ManifestVersion", "2");
    attributes.putValue("Bundle-SymbolicName", name);
    attributes.putValue("Bundle-Version", version);
    headers.forEach(attributes::putValue);
    var jar = new ByteArrayOutputStream();
    new JarOutputStream(jar, manifest).close();
    return framework
        .getBundleContext()
        .installBundle(name + version, new ByteArrayInputStream(jar.toByteArray()));
  }

  private Bundle started(String name) throws BundleException, IOException {
    var bundle = install(name, "1.0.0", Map.of());
    bundle.start();
    return bundle;
  }

  @Test
  void readyWhenEveryBundleIsActive() throws Exception {
    var bundle = started("io.ioto.it");
    components.add(bundle, "active", ComponentConfigurationDTO.ACTIVE);
    components.add(bundle, "delayed", ComponentConfigurationDTO.SATISFIED);

    assertThat(readiness().missing()).isEmpty();
    assertThat(readiness().missing(bundle)).isEmpty();
  }

  @Test
  void bundleThatIsNotActiveIsNamedWithItsState() throws Exception {
    var stopped = started("io.ioto.stopped");
    stopped.stop();
    install("io.ioto.lost", "1.0.0", Map.of("Import-Package", "io.ioto.nowhere"));

    assertThat(readiness().missing())
        .containsExactlyInAnyOrder(
            "io.ioto.stopped 1.0.0 is not started",
            "io.ioto.lost 1.0.0 is not resolved: something it requires is missing");
  }

  @Test
  void fragmentsAndLazyBundlesNeedNotBeActive() throws Exception {
    var fragment = install("io.ioto.fragment", "1.0.0", Map.of("Fragment-Host", "io.ioto.host"));
    var lazy = install("io.ioto.lazy", "1.0.0", Map.of("Bundle-ActivationPolicy", "lazy"));
    lazy.start(Bundle.START_ACTIVATION_POLICY);
    assertThat(lazy.getState()).isEqualTo(Bundle.STARTING);

    assertThat(readiness().missing())
        .containsExactly("io.ioto.fragment 1.0.0 is not attached to its host");
    started("io.ioto.host");
    assertThat(fragment.getState()).isEqualTo(Bundle.RESOLVED);
    assertThat(readiness().missing()).isEmpty();
  }

  @Test
  void predecessorThatLeavesIsNotMissedButItIsNotReadyItself() throws Exception {
    var old = started("io.ioto.it");
    install("io.ioto.it", "1.0.1", Map.of()).start();
    old.stop();

    assertThat(readiness().missing()).isEmpty();
    assertThat(readiness().missing(old)).containsExactly("io.ioto.it 1.0.0 is not started");
  }

  @Test
  void unsatisfiedComponentsAreNamedWithWhatTheyWaitFor() throws Exception {
    var bundle = started("io.ioto.it");
    components.add(bundle, "web", ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION);
    components.add(bundle, "unknown", null);
    components.waiting(bundle, "uplink", "db", null);
    components.waiting(bundle, "page", "users", "(kind=local)");
    components.failing(
        bundle,
        "broken",
        """
        java.lang.reflect.InvocationTargetException
        \tat x.y
        Caused by: java.lang.IllegalStateException: no luck
        \tat x.y
        \t... 9 more
        """);
    components.add(bundle, "disabled", ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION)
            .defaultEnabled =
        false;

    assertThat(readiness().missing(bundle))
        .containsExactlyInAnyOrder(
            "io.ioto.it 1.0.0: component web waits for configuration 'io.ioto.web'",
            "io.ioto.it 1.0.0: component unknown waits for configuration 'io.ioto.unknown'",
            "io.ioto.it 1.0.0: component uplink waits for io.ioto.it.db (reference 'db')",
            "io.ioto.it 1.0.0: component page waits for io.ioto.it.users with (kind=local)"
                + " (reference 'users')",
            "io.ioto.it 1.0.0: component broken failed: java.lang.IllegalStateException: no luck");
    assertThat(readiness().missing()).hasSize(5);
  }

  @Test
  void whatIsSwitchedOffIsNotMissedNorWhoWaitsForIt() throws Exception {
    var bundle = started("io.ioto.it");
    components.add(bundle, "db", ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION);
    components.add(bundle, "mqtt", null);
    components.waiting(bundle, "rest", "db", null);
    components.waiting(bundle, "console", "rest", null);
    components.waiting(bundle, "other", "lost", null);

    assertThat(readiness("io.ioto.db", "io.ioto.mqtt").missing())
        .containsExactly(
            "io.ioto.it 1.0.0: component other waits for io.ioto.it.lost (reference 'lost')");
    assertThat(readiness("io.ioto.db").missing(bundle)).hasSize(2);
  }

  @Test
  void whatComesAndGoesWithTheWorldIsNotMissedNorWhoWaitsForIt() throws Exception {
    var bundle = started("io.ioto.it");
    components.waiting(bundle, "sync", "connection", null);
    components.waiting(bundle, "page", "sync", null);
    components.waiting(bundle, "other", "lost", null);
    assertThat(readiness().missing()).hasSize(3);

    install(
            "io.ioto.mqtt",
            "1.0.0",
            Map.of("Ioto-Presence", "io.ioto.it.identity, io.ioto.it.connection"))
        .start();

    assertThat(readiness().missing())
        .containsExactly(
            "io.ioto.it 1.0.0: component other waits for io.ioto.it.lost (reference 'lost')");
  }

  @Test
  void gatewayWithAFrontListens() throws Exception {
    started("io.ioto.front");
    assertThat(readiness().missing())
        .containsExactly("io.ioto.front does not listen on any address");
    assertThat(readiness("io.ioto.web").missing()).isEmpty();

    framework
        .getBundleContext()
        .registerService(Listener.class, () -> URI.create("http://127.0.0.1:8080"), null);
    assertThat(readiness().missing()).isEmpty();
  }

  @Test
  void frameworkThatHasNotStartedEveryBundleIsNotReady() throws Exception {
    framework.stop();
    framework.waitForStop(10_000);
    framework.init();

    assertThat(readiness().missing()).contains("the framework is starting or stopping");
  }
}
