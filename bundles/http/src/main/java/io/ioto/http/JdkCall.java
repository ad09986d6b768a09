// SPDX-License-Identifier: Apache-2.0
package io.ioto.http;

import io.ioto.api.http.Answer;
import io.ioto.api.http.Call;
import io.ioto.api.http.CallException;
import io.ioto.api.http.CallException.Reason;
import io.ioto.api.runtime.Backoff;
import io.ioto.api.tls.Trust;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// One call, and its repetitions.
final class JdkCall implements Call {
  // RFC 9110 §9.2.2.
  private static final Set<String> IDEMPOTENT =
      Set.of("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE");
  private static final Set<Integer> PASSING = Set.of(429, 502, 503, 504);

  private final JdkHttp http;
  private final JdkHttp.Settings settings;
  private final String method;
  private final URI uri;
  private final HttpRequest.Builder request;
  private HttpRequest.BodyPublisher body = BodyPublishers.noBody();
  private Trust trust = Trust.PLATFORM;
  private @Nullable String credentials;
  private Duration timeout;
  private long limit;
  private int retries;
  private boolean repeatable;

  JdkCall(JdkHttp http, JdkHttp.Settings settings, String method, URI uri) {
    this.http = http;
    this.settings = settings;
    this.method = method;
    this.uri = uri;
    request = HttpRequest.newBuilder(uri);
    timeout = settings.timeout();
    limit = settings.body();
    retries = settings.retries();
    repeatable = IDEMPOTENT.contains(method);
  }

  @Override
  public Call header(String name, String value) {
    request.setHeader(name, value);
    return this;
  }

  @Override
  public Call body(byte[] content, String type) {
    body = BodyPublishers.ofByteArray(content);
    return header("Content-Type", type);
  }

  @Override
  public Call json(String text) {
    return body(text.getBytes(StandardCharsets.UTF_8), "application/json")
        .header("Accept", "application/json");
  }

  @Override
  public Call trust(Trust trust) {
    this.trust = trust;
    return this;
  }

  @Override
  public Call credentials(String name) {
    credentials = name;
    return this;
  }

  @Override
  public Call timeout(Duration timeout) {
    if (!timeout.isPositive()) {
      throw new IllegalArgumentException("a timeout of %s; expected more".formatted(timeout));
    }
    this.timeout = timeout;
    return this;
  }

  @Override
  public Call limit(long bytes) {
    limit = Math.min(bytes, Integer.MAX_VALUE - 8);
    return this;
  }

  @Override
  public Call retries(int most) {
    retries = most;
    return this;
  }

  @Override
  public Call repeatable() {
    repeatable = true;
    return this;
  }

  @Override
  public Answer send() {
    var prepared = request.method(method, body).build();
    var backoff = new Backoff(settings.pause(), settings.longestPause(), new SecureRandom());
    var left = repeatable ? retries : 0;
    while (true) {
      Duration pause;
      try {
        var answer = attempt(prepared);
        if (left == 0 || !PASSING.contains(answer.status())) {
          return answer;
        }
        pause = asked(answer, backoff.next());
      } catch (CallException e) {
        if (left == 0 || !passing(e.reason())) {
          throw e;
        }
        pause = backoff.next();
      }
      left--;
      pause(pause);
    }
  }

  private static boolean passing(Reason reason) {
    return switch (reason) {
      case UNREACHABLE, BROKEN, TIMEOUT -> true;
      case TLS, TOO_LARGE, INTERRUPTED -> false;
    };
  }

  /// The pause that the server asks for in seconds, if it does and it is not too long.
  private Duration asked(Answer answer, Duration otherwise) {
    var seconds = answer.header("retry-after").orElse("");
    if (!seconds.matches("[0-9]{1,9}")) {
      return otherwise;
    }
    var asked = Duration.ofSeconds(Long.parseLong(seconds)).plus(otherwise);
    return asked.compareTo(settings.longestPause()) < 0 ? asked : settings.longestPause();
  }

  private void pause(Duration pause) {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private Answer attempt(HttpRequest prepared) {
    var client = http.client(trust, credentials);
    var answer = client.sendAsync(prepared, _ -> new LimitedBody(limit));
    try {
      return answer(answer.get(TimeUnit.NANOSECONDS.convert(timeout), TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw failed(Reason.TIMEOUT, "no whole answer within " + text(timeout), e);
    } catch (InterruptedException e) {
      answer.cancel(true);
      throw interrupted(e);
    } catch (ExecutionException e) {
      throw failed(e.getCause() == null ? e : e.getCause());
    }
  }

  private static Answer answer(HttpResponse<byte[]> response) {
    Map<String, List<String>> headers = new HashMap<>();
    response.headers().map().forEach((k, v) -> headers.put(k.toLowerCase(Locale.ROOT), v));
    return new Answer(response.statusCode(), headers, response.body());
  }

  private CallException failed(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      switch (cause) {
        case LimitedBody.TooLarge e -> {
          return failed(Reason.TOO_LARGE, String.valueOf(e.getMessage()), thrown);
        }
        case UnresolvedAddressException _ -> {
          return failed(
              Reason.UNREACHABLE, "the host '%s' is unknown".formatted(uri.getHost()), thrown);
        }
        case UnknownHostException _ -> {
          return failed(
              Reason.UNREACHABLE, "the host '%s' is unknown".formatted(uri.getHost()), thrown);
        }
        case SSLException e -> {
          return failed(Reason.TLS, "TLS: " + e.getMessage(), thrown);
        }
        default -> {} // Perhaps what caused it says more.
      }
    }
    return thrown instanceof ConnectException
        ? failed(Reason.UNREACHABLE, "nobody answers there", thrown)
        : failed(
            Reason.BROKEN, "the connection ended in the middle (%s)".formatted(thrown), thrown);
  }

  private CallException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return failed(Reason.INTERRUPTED, "interrupted", e);
  }

  /// Without the query, which may hold what is not for a log.
  private CallException failed(Reason reason, String what, Throwable cause) {
    return new CallException(
        reason,
        "%s %s://%s%s: %s"
            .formatted(method, uri.getScheme(), uri.getRawAuthority(), uri.getRawPath(), what),
        cause);
  }

  private static String text(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + " s"
        : duration.toMillis() + " ms";
  }
}
