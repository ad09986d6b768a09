// SPDX-License-Identifier: Apache-2.0
package io.ioto.http;

import io.ioto.api.http.Call;
import io.ioto.api.http.Http;
import io.ioto.api.tls.Tls;
import io.ioto.api.tls.Trust;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/// Makes calls, and keeps a client of the runtime, with its connections, for each of the last few
/// TLS contexts.
@Component(
    service = Http.class,
    configurationPid = {"io.ioto.http", "io.ioto.http.timeouts"},
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class JdkHttp implements Http {
  /// See `settings.json5`.
  public @interface Config {
    int retries();

    long retry_first();

    long retry_max();

    long limits_body();

    long api();
  }

  /// @param timeout of each attempt
  /// @param pause bound of the first pause
  /// @param longestPause bound of all pauses
  /// @param body most bytes of an answer
  record Settings(Duration timeout, int retries, Duration pause, Duration longestPause, long body) {
    private static final Duration EVER = Duration.ofDays(365);

    Settings {
      if (longestPause.compareTo(pause) < 0) {
        throw new IllegalArgumentException(
            "http.retry.max (%s) is shorter than http.retry.first (%s)"
                .formatted(longestPause, pause));
      }
    }

    /// @param patient no call is given up for its time, as the command line asks for
    static Settings of(Config config, boolean patient) {
      return new Settings(
          patient ? EVER : Duration.ofMillis(config.api()),
          config.retries(),
          Duration.ofMillis(config.retry_first()),
          Duration.ofMillis(config.retry_max()),
          config.limits_body());
    }
  }

  private static final int CLIENTS = 8;
  private static final Pattern METHOD = Pattern.compile("[A-Z]+");

  private final Tls tls;
  private final Settings settings;
  private final ExecutorService fibers =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("http-", 0).factory());
  private final LinkedHashMap<SSLContext, HttpClient> clients =
      new LinkedHashMap<>(CLIENTS, 0.75f, true);
  private boolean closed;

  @Activate
  public JdkHttp(BundleContext context, @Reference Tls tls, Config config) {
    this(tls, Settings.of(config, "false".equals(context.getProperty("ioto.timeouts"))));
  }

  JdkHttp(Tls tls, Settings settings) {
    this.tls = tls;
    this.settings = settings;
  }

  @Override
  public Call call(String method, URI uri) {
    if (!METHOD.matcher(method).matches()) {
      throw new IllegalArgumentException(
          "'%s' is no method; expected upper-case letters".formatted(method));
    }
    if (!List.of("http", "https").contains(String.valueOf(uri.getScheme()))
        || uri.getHost() == null) {
      throw new IllegalArgumentException(
          "'%s' cannot be called; expected http:// or https:// and a host".formatted(uri));
    }
    return new JdkCall(this, settings, method, uri);
  }

  /// The client for a trust and, unless null, credentials.
  HttpClient client(Trust trust, @Nullable String credentials) {
    var context = credentials == null ? tls.client(trust) : tls.client(trust, credentials);
    synchronized (clients) {
      if (closed) {
        throw new IllegalStateException("the HTTP client has been stopped");
      }
      var client = clients.computeIfAbsent(context, this::client);
      if (clients.size() > CLIENTS) {
        // Its calls go on; its thread ends with the last of them.
        clients.pollFirstEntry().getValue().shutdown();
      }
      return client;
    }
  }

  private HttpClient client(SSLContext context) {
    return HttpClient.newBuilder()
        // One connection a call at a time is enough, and 2 would ask plain servers to upgrade.
        .version(HttpClient.Version.HTTP_1_1)
        .followRedirects(HttpClient.Redirect.NEVER)
        .executor(fibers)
        .sslContext(context)
        .build();
  }

  /// Cuts off the calls under way.
  @Deactivate
  public void close() {
    List<HttpClient> left;
    synchronized (clients) {
      closed = true;
      left = List.copyOf(clients.values());
      clients.clear();
    }
    left.forEach(HttpClient::shutdownNow);
    fibers.shutdownNow();
  }
}
