// SPDX-License-Identifier: Apache-2.0
package io.ioto.deploy;

import io.ioto.api.deploy.Deployer;
import io.ioto.api.runtime.Readiness;
import io.ioto.testing.Sections;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.apache.felix.framework.FrameworkFactory;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.launch.Framework;

/// A framework that runs, a deployer in it, and bundles to deploy.
final class Yard {
  private final Path folder;
  private final Framework framework;
  private final CountDownLatch latch = new CountDownLatch(1);
  private @Nullable Deployments deployments;
  private @Nullable ServiceRegistration<?> registration;
  private @Nullable ServiceRegistration<?> readiness;
  private int jars;

  Yard(Path folder) throws BundleException {
    this.folder = folder;
    framework =
        new FrameworkFactory()
            .newFramework(
                Map.of(
                    Constants.FRAMEWORK_STORAGE,
                    folder.resolve("cache").toString(),
                    Constants.FRAMEWORK_BEGINNING_STARTLEVEL,
                    "40",
                    "felix.service.urlhandlers",
                    "false"));
    framework.start();
    context().registerService(CountDownLatch.class, latch, null);
  }

  /// Begins to deploy, with the given section of the configuration.
  Yard deployer(String section) throws IOException {
    Files.createDirectories(state());
    var deployments = new Deployments(context(), state(), settings(section));
    this.deployments = deployments;
    registration = context().registerService(Deployer.class, deployments, null);
    return this;
  }

  Settings settings(String section) {
    return Settings.of(
        Sections.config(Deployments.Config.class, "io.ioto.deploy", folder, section), false);
  }

  /// Stops deploying.
  void retire() {
    if (registration != null && deployments != null) {
      registration.unregister();
      deployments.close();
      registration = null;
    }
  }

  /// What every bundle lacks from now on.
  void lacks(Function<Bundle, List<String>> missing) {
    if (readiness != null) {
      readiness.unregister();
    }
    readiness =
        context()
            .registerService(
                Readiness.class,
                new Readiness() {
                  @Override
                  public List<String> missing() {
                    throw new AssertionError("nobody asks");
                  }

                  @Override
                  public List<String> missing(Bundle bundle) {
                    return missing.apply(bundle);
                  }
                },
                null);
  }

  Deployments deployments() {
    return java.util.Objects.requireNonNull(deployments);
  }

  BundleContext context() {
    return framework.getBundleContext();
  }

  Ledger ledger() {
    return Ledger.of(context());
  }

  Path state() {
    return folder.resolve("state");
  }

  /// Lets what hangs and spins go on.
  void open() {
    latch.countDown();
  }

  /// Names, versions and states of the bundles, such as `app/1.0.0 active`.
  List<String> bundles() {
    return Stream.of(context().getBundles())
        .filter(b -> b.getBundleId() != 0)
        .map(b -> Bundles.title(b) + (b.getState() == Bundle.ACTIVE ? "" : " " + b.getState()))
        .toList();
  }

  Bundle bundle(String name) {
    return new Bundles(context(), ledger()).named(name).orElseThrow();
  }

  /// What the services of a bundle say, the preferred one first.
  List<String> says(String name) {
    try {
      var references =
          context().getServiceReferences(Supplier.class.getName(), "(name=%s)".formatted(name));
      return references == null
          ? List.of()
          : Stream.of(references)
              .sorted(Comparator.reverseOrder())
              .map(r -> context().getService(r) instanceof Supplier<?> s ? s.get() : "nothing")
              .map(String::valueOf)
              .toList();
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /// A bundle with an activator.
  Path jar(
      String name, String version, Class<? extends BundleActivator> activator, String... headers) {
    var all = new ArrayList<>(List.of(headers));
    all.add("Bundle-Activator: " + activator.getName());
    all.add("Import-Package: org.osgi.framework" + imports(headers));
    return pack(name, version, List.of(activator), all);
  }

  private static String imports(String... headers) {
    var imports = new StringBuilder();
    for (var header : headers) {
      if (header.startsWith("Imports: ")) {
        imports.append(',').append(header.substring(9));
      }
    }
    return imports.toString();
  }

  /// A bundle without code.
  Path library(String name, String version, String... headers) {
    return pack(name, version, List.of(), List.of(headers));
  }

  private Path pack(String name, String version, List<Class<?>> classes, List<String> headers) {
    var manifest = new Manifest();
    var attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
    attributes.putValue(Constants.BUNDLE_SYMBOLICNAME, name);
    attributes.putValue(Constants.BUNDLE_VERSION, version);
    for (var header : headers) {
      var colon = header.indexOf(':');
      attributes.putValue(header.substring(0, colon), header.substring(colon + 1).strip());
    }
    var jar = folder.resolve("%s-%s-%d.jar".formatted(name, version, jars++));
    try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      for (var type : classes) {
        var path = type.getName().replace('.', '/') + ".class";
        out.putNextEntry(new ZipEntry(path));
        try (var in = type.getResourceAsStream("/" + path)) {
          out.write(java.util.Objects.requireNonNull(in).readAllBytes());
        }
      }
      return jar;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void close() throws BundleException, InterruptedException {
    open();
    retire();
    framework.stop();
    framework.waitForStop(10_000);
  }
}
