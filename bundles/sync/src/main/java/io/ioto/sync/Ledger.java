// SPDX-License-Identifier: Apache-2.0
package io.ioto.sync;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.ioto.api.db.Change;
import io.ioto.api.db.Db;
import io.ioto.api.db.DbException;
import io.ioto.api.db.Origin;
import io.ioto.api.device.Device;
import io.ioto.api.device.Identity;
import io.ioto.api.sync.Sync;
import io.ioto.json.Durable;
import io.ioto.json.Json5;
import io.ioto.json.JsonException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Remembers how far both directions have come, for one identity: under another one everything
/// begins again. A position that was lost costs a repetition, nothing else. May be shared between
/// threads.
@Component(
    service = {Sync.class, Ledger.class},
    configurationPid = "io.ioto.sync",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class Ledger implements Sync {
  private static final Logger log = LoggerFactory.getLogger(Ledger.class);

  private final Db db;
  private final Bell bell;
  private final Path file;
  private final InstantSource clock;

  private String identity = "";
  private long sent;
  private long received;
  private @Nullable Instant last;
  private boolean connected;
  private boolean caughtUp;
  private boolean asking;

  @Activate
  public Ledger(@Reference Db db, @Reference Device device, @Reference Bell bell) {
    this(db, bell, device.state().resolve("sync.json"), InstantSource.system());
  }

  Ledger(Db db, Bell bell, Path file, InstantSource clock) {
    this.db = db;
    this.bell = bell;
    this.file = file;
    this.clock = clock;
    read();
  }

  private void read() {
    if (!Files.exists(file)) {
      return;
    }
    try {
      var json = Json5.read(Files.readString(file), file.toString());
      identity = json.path("identity").asText();
      sent = json.path("sent").asLong();
      received = json.path("received").asLong();
      last = json.hasNonNull("last") ? Instant.ofEpochMilli(json.path("last").asLong()) : null;
    } catch (IOException | JsonException e) {
      log.warn("everything is synchronised anew: {}", e.getMessage());
    }
  }

  private void write() {
    var json = JsonNodeFactory.instance.objectNode();
    json.put("identity", identity).put("sent", sent).put("received", received);
    if (last != null) {
      json.put("last", last.toEpochMilli());
    }
    try {
      Durable.write(file, Json5.print(json).getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("%s cannot be written".formatted(file), e);
    }
  }

  /// There is a connection under this identity.
  synchronized void connected(Identity present) {
    var name = present.account() + "/" + present.id();
    if (!name.equals(identity)) {
      identity = name;
      sent = 0;
      received = 0;
      last = null;
      write();
    } else if (sent > db.sequence()) {
      // The database is another one than it was, such as an empty one.
      sent = 0;
      received = 0;
      write();
    }
    connected = true;
    caughtUp = false;
    asking = true;
  }

  synchronized void disconnected() {
    connected = false;
    caughtUp = false;
  }

  /// The last commit of which the cloud has everything.
  synchronized long sent() {
    return sent;
  }

  /// The cloud has everything between two commits. No effect when everything is to be sent anew
  /// since.
  synchronized void sent(long from, long to) {
    if (from == sent && to != from) {
      sent = to;
      last = clock.instant();
      write();
      db.forget(to);
    }
  }

  /// The last version of the cloud's data of which everything is here.
  synchronized long received() {
    return received;
  }

  /// When the cloud last confirmed something.
  synchronized Optional<Instant> last() {
    return Optional.ofNullable(last);
  }

  /// Everything up to a version of the cloud's data is here.
  synchronized void received(long version) {
    caughtUp = true;
    if (version != received) {
      received = version;
      last = clock.instant();
      write();
    }
  }

  @Override
  public synchronized void repeat() {
    sent = 0;
    received = 0;
    write();
    asking = true;
    bell.ring();
  }

  /// Whether the cloud is to be asked for everything; once for each time.
  synchronized boolean asking() {
    var asked = asking;
    asking = false;
    return asked;
  }

  @Override
  public synchronized Status status() {
    return new Status(connected, caughtUp, waiting(), last);
  }

  private long waiting() {
    try {
      return db.changes(sent, (int) MANY).stream()
          .filter(change -> leaves(db, change))
          .limit(MANY)
          .count();
    } catch (DbException e) {
      if (e.reason() == DbException.Reason.FEED_LOST) {
        return MANY;
      }
      throw e;
    }
  }

  /// Whether a change is to be sent: it was made here, and its model goes up.
  static boolean leaves(Db db, Change change) {
    return change.origin() != Origin.REMOTE
        && db.model(change.model()).map(model -> model.sync().up()).orElse(false);
  }
}
