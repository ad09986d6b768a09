// SPDX-License-Identifier: Apache-2.0
package io.ioto.ota;

import io.ioto.api.ota.HealthCheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Judges a release by how the gateway fares with it.
///
/// @param host the gateway
/// @param pause waits; its interrupt ends the trial
record Health(Host host, Settings settings, Pause pause) {
  /// Lets time go by.
  @FunctionalInterface
  interface Pause {
    void pause(Duration time) throws InterruptedException;
  }

  /// How the gateway was before the release.
  ///
  /// @param missing what it lacked
  /// @param content relative checks that had nothing to say
  record Before(Set<String> missing, Set<String> content) {}

  static final Duration ROUND = Duration.ofMillis(250);

  /// Watches until the gateway has been healthy for long enough, or has not become so in time.
  ///
  /// @param required names of checks that must be there
  /// @param before how the gateway was
  /// @return what is wrong; empty when all is well
  List<String> judge(Duration minStable, List<String> required, Before before)
      throws InterruptedException {
    var healthy = Duration.ZERO;
    var passed = Duration.ZERO;
    while (true) {
      var asked = System.nanoTime();
      var problems = problems(required, before);
      // A check that waits for what does not answer takes longer than the pause.
      passed = passed.plusNanos(System.nanoTime() - asked);
      if (problems.isEmpty()) {
        if (healthy.compareTo(minStable) >= 0) {
          return problems;
        }
        healthy = healthy.plus(ROUND);
      } else {
        if (passed.compareTo(settings.settle()) >= 0) {
          return problems;
        }
        healthy = Duration.ZERO;
      }
      pause.pause(ROUND);
      passed = passed.plus(ROUND);
    }
  }

  /// The relative checks that have nothing to say now.
  Set<String> content() throws InterruptedException {
    var content = new HashSet<String>();
    for (var check : host.checks().entrySet()) {
      if (relative(check.getValue()) && ask(check.getValue()).isEmpty()) {
        content.add(check.getKey());
      }
    }
    return content;
  }

  private List<String> problems(List<String> required, Before before) throws InterruptedException {
    var problems = new ArrayList<String>();
    host.missing().stream().filter(m -> !before.missing().contains(m)).forEach(problems::add);
    var checks = host.checks();
    for (var name : required) {
      if (!checks.containsKey(name)) {
        problems.add("there is no health check '%s'".formatted(name));
      }
    }
    for (var name : before.content()) {
      if (!checks.containsKey(name)) {
        problems.add("the health check '%s', which was content, has gone".formatted(name));
      }
    }
    for (var check : checks.entrySet()) {
      var name = check.getKey();
      if (before.content().contains(name)
          || required.contains(name)
          || !relative(check.getValue())) {
        ask(check.getValue()).forEach(p -> problems.add("%s: %s".formatted(name, p)));
      }
    }
    return problems;
  }

  private static boolean relative(HealthCheck check) {
    try {
      return check.relative();
    } catch (RuntimeException _) { // others' code; asked for its problems it says more
      return false;
    }
  }

  /// Asks on a thread of its own: it is code of others, and may hang.
  private List<String> ask(HealthCheck check) throws InterruptedException {
    var answer = new FutureTask<>(check::problems);
    Thread.ofVirtual().name("ota-health").start(answer);
    try {
      return answer.get(settings.check().toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      return List.of("the check failed: " + e.getCause());
    } catch (TimeoutException _) {
      return List.of("no answer within %d ms".formatted(settings.check().toMillis()));
    } finally {
      answer.cancel(true);
    }
  }
}
