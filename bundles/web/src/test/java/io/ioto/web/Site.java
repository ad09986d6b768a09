// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import io.ioto.api.runtime.Seat;
import io.ioto.api.runtime.ServiceSeat;
import io.ioto.api.web.Routes;
import io.ioto.testing.ManualClock;
import io.ioto.testing.Sections;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.apache.felix.framework.FrameworkFactory;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http.UriCompliance.Violation;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.launch.Framework;

/// A dispatcher behind Jetty on a free port, and the service registry of a framework around it.
final class Site implements AutoCloseable {
  private final Framework framework;
  private final Path folder;
  private final ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));
  private final ServiceSeat<Servlet> seat;
  private Dispatcher dispatcher;
  private ServiceRegistration<Servlet> registration;
  private final Server server = new Server();
  private final ServerConnector connector;
  private final HttpClient client = HttpClient.newHttpClient();

  /// @param folder for what the test writes; the documents are in `site` below it
  /// @param settings section `web` as JSON5
  Site(Path folder, String settings) throws Exception {
    this.folder = folder;
    framework =
        new FrameworkFactory()
            .newFramework(
                Map.of(
                    "org.osgi.framework.storage",
                    folder.resolve("felix").toString(),
                    "org.osgi.framework.system.packages.extra",
                    "io.ioto.api.web"));
    framework.start();
    dispatcher = dispatcher(settings);
    registration = register(dispatcher);
    seat =
        new ServiceSeat<>(
            context(),
            FrameworkUtil.createFilter("(objectClass=%s)".formatted(Servlet.class.getName())),
            Seat.Patience.DEFAULT,
            Duration.ofSeconds(10));

    var http = new HttpConfiguration();
    http.setUriCompliance(UriCompliance.RFC3986.with("TEST", Violation.AMBIGUOUS_EMPTY_SEGMENT));
    http.setSendServerVersion(false);
    connector = new ServerConnector(server, new HttpConnectionFactory(http));
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    var handler = new ServletContextHandler();
    handler.getServletHandler().setDecodeAmbiguousURIs(true);
    handler.addServlet(new ServletHolder(new Through()), "/*");
    server.setHandler(handler);
    server.start();
  }

  private Dispatcher dispatcher(String settings) {
    return new Dispatcher(
        context(),
        Settings.of(config(folder, settings)),
        access(folder, settings),
        streams(folder, settings),
        Uploads.Limits.of(Sections.config(Uploads.Config.class, "io.ioto.web", folder, settings)),
        clock);
  }

  static Access access(Path folder, String settings) {
    return Access.of(Sections.config(Access.Config.class, "io.ioto.web", folder, settings));
  }

  private static Streams.Limits streams(Path folder, String settings) {
    return Streams.Limits.of(
        Sections.config(Streams.Config.class, "io.ioto.web", folder, settings));
  }

  /// A stranger to the dispatcher.
  Streams streams() {
    return new Streams(streams(folder, "{}"));
  }

  ManualClock clock() {
    return clock;
  }

  private ServiceRegistration<Servlet> register(Dispatcher dispatcher) {
    return context().registerService(Servlet.class, dispatcher, null);
  }

  /// Puts another dispatcher in the place of the one that serves, as an update side by side does.
  void swap(String settings) {
    var old = dispatcher;
    var gone = registration;
    dispatcher = dispatcher(settings);
    registration = register(dispatcher);
    gone.unregister();
    old.close();
  }

  static Dispatcher.Config config(Path folder, String settings) {
    return Sections.config(Dispatcher.Config.class, "io.ioto.web", folder, settings);
  }

  BundleContext context() {
    return framework.getBundleContext();
  }

  ServiceRegistration<Routes> publish(Routes routes) {
    return context().registerService(Routes.class, routes, null);
  }

  /// Installs and starts a bundle of that name, version and content.
  Bundle install(String name, String version, Map<String, String> files) throws Exception {
    var manifest = new Manifest();
    var main = manifest.getMainAttributes();
    main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    main.putValue("Bundle-ManifestVersion", "2");
    main.putValue("Bundle-SymbolicName", name);
    main.putValue("Bundle-Version", version);
    var bytes = new ByteArrayOutputStream();
    try (var jar = new JarOutputStream(bytes, manifest)) {
      for (var file : files.entrySet()) {
        jar.putNextEntry(new ZipEntry(file.getKey()));
        jar.write(file.getValue().getBytes(StandardCharsets.ISO_8859_1));
        jar.closeEntry();
      }
    }
    var bundle =
        context()
            .installBundle(
                name + "/" + version, new java.io.ByteArrayInputStream(bytes.toByteArray()));
    bundle.start();
    return bundle;
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + connector.getLocalPort() + path);
  }

  HttpResponse<String> get(String path, String... headers)
      throws IOException, InterruptedException {
    return send("GET", path, "", headers);
  }

  HttpResponse<String> send(String method, String path, String body, String... headers)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(uri(path))
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    for (var i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return client.send(request.build(), BodyHandlers.ofString(StandardCharsets.ISO_8859_1));
  }

  /// Sends bytes as they are and returns what comes until the server closes.
  String raw(String request) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), connector.getLocalPort())) {
      socket.setSoTimeout(5000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  @Override
  public void close() {
    try {
      server.stop();
      registration.unregister();
      seat.close();
      dispatcher.close();
      framework.stop();
      framework.waitForStop(0);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    client.close();
  }

  /// Stands for `front`: passes every request on.
  private final class Through extends HttpServlet {
    @java.io.Serial private static final long serialVersionUID = 1;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      seat.<Boolean, IOException>call(
          servlet -> {
            ((Dispatcher) servlet).service(request, response);
            return true;
          });
    }
  }
}
