// SPDX-License-Identifier: Apache-2.0
package io.ioto.kickstart;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.ioto.api.runtime.Timers;
import io.ioto.api.web.Events;
import io.ioto.api.web.Exchange;
import io.ioto.api.web.Handler;
import io.ioto.api.web.Router;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KickstartTest {
  private static final Timers NEVER = answering(Timers.class, (method, _) -> null);

  @Test
  void thePageLoadsWhatIsInTheBundleAndNothingElse() throws IOException {
    var page = file("site/index.html").replace("&#39;", "'");
    var references = Pattern.compile("(?:src|href)=\"([^\"]+)\"").matcher(page);
    var count = 0;
    while (references.find()) {
      assertThat(references.group(1)).startsWith("./");
      assertThat(file("site/" + references.group(1).substring(2))).isNotEmpty();
      count++;
    }
    assertThat(count).isGreaterThanOrEqualTo(3);
    assertThat(page)
        .contains("default-src 'none'; script-src 'self'; style-src 'self'")
        .doesNotContain("<style", "style=");
  }

  @Test
  void whoeverFollowsIsToldEverythingFirstAndThenWhatChanges() throws Exception {
    var pulse = new Pulse(() -> new Beat(States.sample(1, 0.25), States.QUIET), () -> {}, NEVER);
    var stream = new Stream();
    var handlers = new HashMap<String, Handler>();
    new Kickstart(pulse).register(router(handlers, ""));
    assertThatThrownBy(
            () -> requireNonNull(handlers.get("user /api/kickstart/live")).handle(exchange(stream)))
        .isInstanceOf(CancellationException.class);
    assertThat(stream.sent).hasSize(4);
    assertThat(stream.sent.get(0)).startsWith("state {\"version\":\"1.2.3\"");
    assertThat(stream.sent.get(1)).startsWith("history [{\"time\":1,\"process\":0.25");
    assertThat(stream.sent.get(2)).startsWith("state {").contains("\"offline\"");
    assertThat(stream.sent.get(3)).startsWith("sample {\"time\":2,\"process\":null");
  }

  /// A client that gets one beat, and goes.
  private static final class Stream implements Events {
    final List<String> sent = new ArrayList<>();
    private boolean gone;

    @Override
    public Optional<String> lastId() {
      return Optional.empty();
    }

    @Override
    public void send(String id, String event, String data) {
      sent.add(event + " " + data);
    }

    @Override
    public void retry(Duration delay) {}

    @Override
    @SuppressWarnings("unchecked") // the queue is one of beats
    public <T> T next(BlockingQueue<T> queue) {
      if (gone) {
        throw new CancellationException("the client has gone");
      }
      gone = true;
      return (T)
          new Beat(States.sample(2, null), States.of("provisioned", "offline", "idle", 0, ""));
    }

    @Override
    public void pause(Duration time) {}
  }

  private static Exchange exchange(Events events) {
    return answering(Exchange.class, (method, _) -> method.equals("events") ? events : null);
  }

  private static Router router(Map<String, Handler> handlers, String role) {
    return answering(
        Router.class,
        (method, arguments) ->
            switch (method) {
              case "role" -> router(handlers, (String) arguments[0]);
              case "get" -> {
                handlers.put(role + " " + arguments[0], (Handler) arguments[1]);
                yield router(handlers, role);
              }
              default -> router(handlers, role);
            });
  }

  private static <T> T answering(
      Class<T> type, BiFunction<String, Object[], @Nullable Object> answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (_, method, arguments) -> answer.apply(method.getName(), arguments)));
  }

  @Test
  void theStateIsWhatThePagesExpect() throws IOException {
    var json = new ObjectMapper().valueToTree(States.QUIET);
    assertThat(json.at("/sync/state").asText()).isEqualTo("synced");
    assertThat(json.at("/cloud/claim").isTextual()).isTrue();
    assertThat(json.at("/update/running").isNumber()).isTrue();
    assertThat(json.at("/device/name").asText()).isEqualTo("gateway");
  }

  private static String file(String name) throws IOException {
    try (var in = Kickstart.class.getResourceAsStream("/" + name)) {
      assertThat(in).as(name).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
