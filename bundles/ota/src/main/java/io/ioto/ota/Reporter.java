// SPDX-License-Identifier: Apache-2.0
package io.ioto.ota;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ioto.api.http.CallException;
import io.ioto.api.provision.CloudApi;
import io.ioto.api.runtime.Backoff;
import io.ioto.json.Durable;
import io.ioto.json.Json5;
import io.ioto.json.JsonException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the cloud how updates went. What is to be told are the past updates of the journal, so an
/// update is over and its report is due in one write; those that the cloud has taken are noted in
/// a file of their own. A report is sent until it is taken, also after a restart, and has an
/// identifier by which the cloud knows one it has already. How an update comes along meanwhile is
/// told as well as it can be.
final class Reporter implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Reporter.class);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /// How often it is looked whether there is a cloud, while there is something to tell it.
  private static final Duration POLL = Duration.ofSeconds(2);

  private static final Duration JOIN = Duration.ofSeconds(5);

  private final Journal journal;
  private final Releases releases;
  private final Supplier<Optional<CloudApi>> cloud;
  private final Backoff backoff;
  private final Semaphore calls = new Semaphore(1);
  private final Thread fiber;

  // Of the fiber alone.
  private Set<String> reported;
  private String told = "";

  Reporter(
      Journal journal, Releases releases, Supplier<Optional<CloudApi>> cloud, Backoff backoff) {
    this.journal = journal;
    this.releases = releases;
    this.cloud = cloud;
    this.backoff = backoff;
    reported = read();
    fiber = Thread.ofVirtual().name("ota-report").start(this::run);
  }

  /// Something may have happened that is to be told.
  void wake() {
    calls.release();
  }

  @Override
  public void close() {
    fiber.interrupt();
    try {
      fiber.join(JOIN);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      var pause = Duration.ZERO;
      while (true) {
        if (pause.isZero()) {
          calls.acquire();
        } else {
          var _ = calls.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS);
        }
        calls.drainPermits();
        pause = report();
      }
    } catch (InterruptedException _) {
      log.debug("reports end");
    }
  }

  /// Tells what is to be told.
  ///
  /// @return how long to wait before it is tried again; zero when all has been told
  private Duration report() throws InterruptedException {
    var due = due();
    var entry = journal.entry();
    if (due.isEmpty() && !entry.step().underWay()) {
      return Duration.ZERO;
    }
    var there = cloud.get();
    if (there.isEmpty()) {
      return due.isEmpty() ? Duration.ZERO : POLL;
    }
    try {
      for (var past : due) {
        send(there.get(), past.id(), past.step(), past.release(), past.from(), past.reason());
        note(past);
      }
      if (entry.step().underWay() && !told.equals(entry.id() + entry.step())) {
        told = entry.id() + entry.step();
        send(there.get(), entry.id(), entry.step(), entry.release(), entry.from(), entry.reason());
      }
      backoff.reset();
      return Duration.ZERO;
    } catch (CallException | IllegalArgumentException | IllegalStateException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      log.debug("the cloud has not taken how an update went: {}", e.getMessage());
      return due.isEmpty() ? Duration.ZERO : backoff.next().plusMillis(1);
    } catch (IOException e) {
      log.warn("it cannot be noted what was reported: {}", e.toString());
      return backoff.next().plusMillis(1);
    } catch (RuntimeException e) { // whoever calls the cloud is others' code
      log.error("how an update went cannot be reported now", e);
      return backoff.next().plusMillis(1);
    }
  }

  /// What the cloud has not taken yet, the oldest first.
  private List<Journal.Past> due() {
    return journal.past().stream()
        .filter(p -> !p.id().isEmpty() && !reported.contains(p.id()))
        .toList()
        .reversed();
  }

  private void send(CloudApi cloud, String id, Step step, long release, long from, String reason) {
    var body = JsonNodeFactory.instance.objectNode();
    body.put("id", cloud.device())
        .put("update", id)
        .put("release", release)
        .put("from", from)
        .put("running", releases.number())
        .put("state", step.name())
        .put("success", step == Step.COMMITTED)
        .put("reason", reason);
    at(body, id);
    var answer =
        cloud
            .call("POST", "/tok/provision/updateReport")
            .json(Json5.print(body))
            .timeout(PATIENCE)
            .retries(0)
            .send();
    if (answer.status() == 400) {
      // It would not be taken the next time, either, and keep the others back.
      log.warn("the cloud does not understand how an update went: {}", answer);
    } else if (!answer.ok()) {
      throw new IllegalStateException("the cloud answered " + answer);
    }
  }

  private void at(ObjectNode body, String id) {
    journal.past().stream()
        .filter(p -> p.id().equals(id))
        .findFirst()
        .ifPresent(p -> body.put("at", p.at()));
  }

  private void note(Journal.Past past) throws IOException {
    var all = new HashSet<String>();
    journal.past().stream().map(Journal.Past::id).filter(reported::contains).forEach(all::add);
    all.add(past.id());
    var root = JsonNodeFactory.instance.objectNode();
    all.stream().sorted().forEach(root.putArray("reported")::add);
    Durable.write(
        releases.reported(), (Json5.pretty(root) + "\n").getBytes(StandardCharsets.UTF_8));
    reported = all;
  }

  /// Without the file everything is told again, which the cloud notices.
  private Set<String> read() {
    var ids = new HashSet<String>();
    try {
      if (Files.exists(releases.reported())) {
        Json5.document(releases.reported())
            .root()
            .path("reported")
            .forEach(id -> ids.add(id.asText()));
      }
    } catch (IOException | JsonException e) {
      log.warn("how updates went is reported again: {}", e.toString());
    }
    return ids;
  }
}
