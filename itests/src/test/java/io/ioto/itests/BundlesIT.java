// SPDX-License-Identifier: Apache-2.0
package io.ioto.itests;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.composite;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.frameworkStartLevel;
import static org.ops4j.pax.exam.CoreOptions.junitBundles;
import static org.ops4j.pax.exam.CoreOptions.options;
import static org.ops4j.pax.exam.CoreOptions.systemPackages;

import io.ioto.api.deploy.Deployer;
import io.ioto.api.runtime.Readiness;
import io.ioto.bench.Gateway;
import io.ioto.bench.Jars;
import io.ioto.json.Json5;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.inject.Inject;
import net.bytebuddy.ByteBuddy;
import org.assertj.core.api.Assertions;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogLevel;
import org.osgi.service.log.LogListener;
import org.osgi.service.log.LogReaderService;

/// Every bundle of the distribution in one framework, from inside: each of ours stops and starts
/// again, and is swapped, and everything comes back each time, without an error of the component
/// runtime.
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class BundlesIT {
  private static final String STATE = "ioto.state";

  @Inject private BundleContext context;
  @Inject private LogReaderService logs;

  private final ConcurrentLinkedQueue<String> errors = new ConcurrentLinkedQueue<>();
  private final LogListener listener = this::logged;

  /// The distribution, as its launcher would start it.
  @Configuration
  public Option[] distribution() throws IOException {
    var home = Gateway.distribution();
    var state = Files.createTempDirectory("ioto");
    var all = new ArrayList<Option>();
    for (var feature : features()) {
      var file = home.resolve("features/%s.json".formatted(feature));
      for (var bundle : Json5.document(file).root().get("bundles")) {
        var jar = home.resolve("bundles").resolve(bundle.get("ioto-file").asText());
        all.add(
            bundle("reference:" + jar.toUri().toString().replace("file:///", "file:/"))
                .startLevel(bundle.path("start-order").asInt(1)));
      }
    }
    var properties = new Properties();
    try (var in = Files.newBufferedReader(home.resolve("runtime-config/framework.properties"))) {
      properties.load(in);
    }
    // Pax Exam sets this property too, from options.
    var packages = properties.remove(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA);
    all.add(systemPackages((packages + ",io.ioto.bench,io.ioto.testing").split("\\s*,\\s*")));
    properties.forEach((k, v) -> all.add(frameworkProperty(k.toString()).value(v.toString())));
    all.add(frameworkProperty("ioto.home").value(home.toString()));
    all.add(frameworkProperty("ioto.config").value(configuration(home, state).toString()));
    all.add(frameworkProperty(STATE).value(state.toString()));
    all.add(frameworkProperty("ioto.listen").value("http://127.0.0.1:" + Gateway.freePort()));
    all.add(frameworkProperty("ioto.version").value("0.1.0"));
    all.add(frameworkProperty("ioto.profile").value("dev"));
    return options(
        composite(all.toArray(Option[]::new)),
        library(Assertions.class),
        library(ByteBuddy.class),
        frameworkStartLevel(40),
        junitBundles());
  }

  /// What is started.
  List<String> features() {
    return List.of(
        "core", "web", "console", "ota", "db", "device", "sync", "app-empty", "app-kickstart");
  }

  /// The folder of its configuration.
  Path configuration(Path home, Path state) throws IOException {
    return home.resolve("runtime-config");
  }

  private static Option library(Class<?> type) {
    return bundle(type.getProtectionDomain().getCodeSource().getLocation().toString());
  }

  @Before
  public void ready() {
    logs.addLogListener(listener);
    awaitReady("at first");
  }

  @After
  public void errorsAreLookedAt() {
    logs.removeLogListener(listener);
    assertThat(errors).isEmpty();
  }

  @Test
  public void everyBundleStopsAndStartsAndEverythingReturns() throws Exception {
    for (var bundle : ours()) {
      bundle.stop();
      bundle.start();
      awaitReady("after %s was stopped and started".formatted(bundle.getSymbolicName()));
    }
  }

  @Test
  public void everyBundleIsSwapped() throws Exception {
    for (var bundle : ours()) {
      var name = bundle.getSymbolicName();
      var jar = Path.of(context.getProperty(STATE), name + ".jar");
      Files.write(jar, Jars.version(bytes(bundle), "0.1.1"));
      deployer().deploy(jar);
      // The control socket answers before it is swapped itself.
      eventually(
          () ->
              assertThat(context.getBundles())
                  .filteredOn(b -> b.getSymbolicName().equals(name))
                  .extracting(b -> b.getVersion().toString())
                  .as(name)
                  .containsExactly("0.1.1"));
      awaitReady("after %s was swapped".formatted(name));
    }
  }

  @Test
  public void errorsOfTheComponentRuntimeAreSeen() throws Exception {
    var jar = Files.write(Path.of(context.getProperty(STATE), "broken.jar"), Bad.component());
    var bundle = context.installBundle("reference:file:" + jar);
    try {
      bundle.start();
      eventually(() -> assertThat(errors).anyMatch(e -> e.contains("during instantiation")));
    } finally {
      bundle.uninstall();
    }
    errors.clear();
  }

  /// Libraries and contracts apart, whose users would have to be wired anew.
  private List<Bundle> ours() {
    return Arrays.stream(context.getBundles())
        .filter(b -> b.getSymbolicName().startsWith("io.ioto."))
        .filter(b -> b.getHeaders("").get("Export-Package") == null)
        .toList();
  }

  private Deployer deployer() {
    return context.getService(context.getServiceReference(Deployer.class));
  }

  private void awaitReady(String when) {
    eventually(
        Duration.ofSeconds(30),
        () -> {
          var reference = context.getServiceReference(Readiness.class);
          assertThat(reference).as(when).isNotNull();
          var readiness = context.getService(reference);
          assertThat(readiness).as(when).isNotNull();
          assertThat(readiness.missing()).as(when).isEmpty();
        });
  }

  private void logged(LogEntry entry) {
    if (entry.getLogLevel() == LogLevel.ERROR) {
      errors.add(
          "%s: %s %s"
              .formatted(
                  entry.getBundle().getSymbolicName(), entry.getMessage(), entry.getException()));
    }
  }

  private static byte[] bytes(Bundle bundle) throws IOException {
    return Files.readAllBytes(
        Path.of(URI.create(bundle.getLocation().replaceFirst("^reference:file:", "file://"))));
  }
}
