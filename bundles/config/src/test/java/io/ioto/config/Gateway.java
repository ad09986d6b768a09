// SPDX-License-Identifier: Apache-2.0
package io.ioto.config;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.ioto.json.Section;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.apache.felix.cm.PersistenceManager;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.service.cm.ConfigurationAdmin;
import org.slf4j.LoggerFactory;

/// A framework with the real Configuration Admin and bundles made on the spot.
final class Gateway {
  private final Framework framework;
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private final ch.qos.logback.classic.Logger logger;

  Gateway(Path folder, Map<String, String> options) throws BundleException, IOException {
    var properties = new HashMap<>(options);
    properties.put(Constants.FRAMEWORK_STORAGE, folder.resolve("state/cache").toString());
    properties.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, "org.osgi.service.cm;version=1.6.1");
    properties.put("ioto.config", Files.createDirectories(folder.resolve("config")).toString());
    properties.put("ioto.state", folder.resolve("state").toString());
    var factory = ServiceLoader.load(FrameworkFactory.class).findFirst().orElseThrow();
    framework = factory.newFramework(properties);
    framework.start();
    var source = PersistenceManager.class.getProtectionDomain().getCodeSource().getLocation();
    framework.getBundleContext().installBundle("reference:" + source).start();

    var loggers = (LoggerContext) LoggerFactory.getILoggerFactory();
    logger = loggers.getLogger("io.ioto.config");
    logger.setAdditive(false);
    logged.setContext(loggers);
    logged.start();
    logger.addAppender(logged);
  }

  Configuration configuration(java.util.function.Consumer<String> fatal) {
    return new Configuration(framework.getBundleContext(), admin(), fatal);
  }

  Framework framework() {
    return framework;
  }

  ConfigurationAdmin admin() {
    return service(ConfigurationAdmin.class);
  }

  <T> T service(Class<T> type) {
    var context = framework.getBundleContext();
    return context.getService(context.getServiceReference(type));
  }

  /// What Configuration Admin holds for a pid; null when nothing.
  org.osgi.service.cm.@Nullable Configuration published(String pid) throws Exception {
    var found = admin().listConfigurations("(service.pid=" + pid + ")");
    return found == null ? null : found[0];
  }

  @Nullable Object published(String pid, String property) throws Exception {
    var configuration = published(pid);
    return configuration == null ? null : configuration.getProperties().get(property);
  }

  Bundle install(String name, String version, String settings) throws Exception {
    return framework
        .getBundleContext()
        .installBundle(name + ":" + version, jar(name, version, settings));
  }

  static ByteArrayInputStream jar(String name, String version, String settings) throws IOException {
    var manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
    manifest.getMainAttributes().putValue(Constants.BUNDLE_SYMBOLICNAME, name);
    manifest.getMainAttributes().putValue(Constants.BUNDLE_VERSION, version);
    var bytes = new ByteArrayOutputStream();
    try (var jar = new JarOutputStream(bytes, manifest)) {
      jar.putNextEntry(new ZipEntry(Section.RESOURCE));
      jar.write(settings.getBytes(StandardCharsets.UTF_8));
      jar.closeEntry();
    }
    return new ByteArrayInputStream(bytes.toByteArray());
  }

  /// What was logged, level first.
  List<String> log() {
    synchronized (logged) {
      return List.copyOf(logged.list).stream()
          .map(event -> event.getLevel() + " " + event.getFormattedMessage())
          .toList();
    }
  }

  void stop() throws BundleException, InterruptedException {
    logger.detachAppender(logged);
    framework.stop();
    framework.waitForStop(10_000);
  }
}
