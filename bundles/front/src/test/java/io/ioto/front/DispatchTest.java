// SPDX-License-Identifier: Apache-2.0
package io.ioto.front;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.api.runtime.Seat;
import io.ioto.api.runtime.ServiceSeat;
import jakarta.servlet.GenericServlet;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;
import java.io.Serial;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.felix.framework.FrameworkFactory;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.launch.Framework;

final class DispatchTest {
  private final Framework framework;
  private final ServiceSeat<Servlet> seat;
  private final Server server = new Server();
  private final ServerConnector connector = new ServerConnector(server);

  DispatchTest(@TempDir Path folder) throws Exception {
    framework =
        new FrameworkFactory()
            .newFramework(Map.of("org.osgi.framework.storage", folder.toString()));
    framework.start();
    seat =
        new ServiceSeat<>(
            framework.getBundleContext(),
            FrameworkUtil.createFilter("(io.ioto.front=web)"),
            new Seat.Patience(Duration.ofMillis(1_500), 10),
            Duration.ofSeconds(5));
  }

  @BeforeEach
  void start() throws Exception {
    server.addConnector(connector);
    var handler = new ServletContextHandler();
    handler.addServlet(new ServletHolder(new Dispatch(seat)), "/*");
    server.setHandler(handler);
    server.start();
  }

  @AfterEach
  void stop() throws Exception {
    server.stop();
    seat.close();
    framework.stop();
    framework.waitForStop(0);
  }

  private ServiceRegistration<Servlet> publish(String answer) {
    return framework
        .getBundleContext()
        .registerService(
            Servlet.class,
            new Fixed(answer),
            FrameworkUtil.asDictionary(Map.of("io.ioto.front", "web")));
  }

  private HttpResponse<String> get() throws Exception {
    try (var client = HttpClient.newHttpClient()) {
      var uri = URI.create("http://127.0.0.1:" + connector.getLocalPort() + "/any/path");
      return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
  }

  @Test
  void whoeverHasTheSeatAnswers() throws Exception {
    var first = publish("first");
    assertThat(get().body()).isEqualTo("first");
    publish("second");
    assertThat(get().body()).isEqualTo("first");
    first.unregister();
    assertThat(get().body()).isEqualTo("second");
  }

  @Test
  void requestsWaitForTheSuccessor() throws Exception {
    publish("first").unregister();
    var late = Thread.ofVirtual().start(() -> publish("second"));
    assertThat(get().body()).isEqualTo("second");
    late.join();
  }

  @Test
  void withoutSuccessorTheyAreToldToComeBack() throws Exception {
    publish("first").unregister();
    var response = get();
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.headers().firstValue("Retry-After")).contains("1");
    assertThat(response.body()).startsWith("The web server is being replaced; ");
  }

  private static final class Fixed extends GenericServlet {
    @Serial private static final long serialVersionUID = 1;

    private final String answer;

    Fixed(String answer) {
      this.answer = answer;
    }

    @Override
    public void service(ServletRequest request, ServletResponse response) throws IOException {
      response.getOutputStream().print(answer);
    }
  }
}
