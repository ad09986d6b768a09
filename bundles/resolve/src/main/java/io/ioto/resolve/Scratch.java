// SPDX-License-Identifier: Apache-2.0
package io.ioto.resolve;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.framework.wiring.FrameworkWiring;

/// A framework of its own in which bundles are installed and resolved but never started.
final class Scratch implements AutoCloseable {
  private static final long STOP_MILLIS = 10_000;

  /// What decides about resolution; everything else of the asking framework is its own business.
  private static final List<String> COPIED =
      List.of(
          Constants.FRAMEWORK_SYSTEMPACKAGES,
          Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
          Constants.FRAMEWORK_SYSTEMCAPABILITIES,
          Constants.FRAMEWORK_SYSTEMCAPABILITIES_EXTRA,
          Constants.FRAMEWORK_BOOTDELEGATION);

  private final Path folder;
  private final Framework framework;

  Scratch(Path parent, Map<String, String> properties) {
    try {
      folder = Files.createTempDirectory(parent, "resolve-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var settings = new HashMap<String, String>();
    for (var name : COPIED) {
      var value = properties.get(name);
      if (value != null) {
        settings.put(name, value);
      }
    }
    settings.put(Constants.FRAMEWORK_STORAGE, folder.toString());
    // The JVM has one URL stream handler factory, which belongs to the framework that runs.
    settings.put("felix.service.urlhandlers", "false");
    settings.put("felix.log.level", "0");
    // Else the resolver has threads, which outlive the framework by a minute.
    settings.put("felix.resolver.parallelism", "1");
    try {
      framework = factory().newFramework(settings);
      framework.init();
    } catch (BundleException | RuntimeException e) {
      delete(folder);
      throw new IllegalStateException("the scratch framework does not start: " + e, e);
    }
  }

  private static FrameworkFactory factory() {
    // The loader of the API is the one that has the framework, also when seen from a bundle.
    return ServiceLoader.load(FrameworkFactory.class, FrameworkFactory.class.getClassLoader())
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no OSGi framework on the class path"));
  }

  Bundle install(Path jar) throws BundleException {
    return context().installBundle("reference:" + jar.toAbsolutePath().toUri());
  }

  /// Resolves what can be resolved.
  void resolve() {
    framework.adapt(FrameworkWiring.class).resolveBundles(null);
  }

  /// The framework's own bundle, which brings the packages of the JDK.
  Bundle system() {
    return framework;
  }

  /// Class names of the services that the framework itself provides.
  Set<String> services() {
    try {
      @Nullable ServiceReference<?>[] references = context().getAllServiceReferences(null, null);
      return references == null
          ? Set.of()
          : Stream.of(references)
              .flatMap(r -> Arrays.stream((String[]) r.getProperty(Constants.OBJECTCLASS)))
              .collect(Collectors.toSet());
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private BundleContext context() {
    return framework.getBundleContext();
  }

  @Override
  public void close() {
    var interrupted = Thread.interrupted();
    try {
      framework.stop();
      framework.waitForStop(STOP_MILLIS);
    } catch (BundleException e) {
      throw new IllegalStateException("the scratch framework does not stop: " + e, e);
    } catch (InterruptedException _) {
      interrupted = true;
    } finally {
      delete(folder);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void delete(Path folder) {
    try {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
                throws IOException {
              if (failure != null) {
                throw failure;
              }
              Files.delete(visited);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
