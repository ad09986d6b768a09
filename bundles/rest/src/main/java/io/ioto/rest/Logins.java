// SPDX-License-Identifier: Apache-2.0
package io.ioto.rest;

import io.ioto.api.db.Db;
import io.ioto.api.db.DbException;
import io.ioto.api.db.Item;
import io.ioto.api.db.Origin;
import io.ioto.api.db.Query;
import io.ioto.api.db.Write;
import io.ioto.api.runtime.Seat;
import io.ioto.api.runtime.ServiceSeat;
import io.ioto.api.runtime.VacantException;
import io.ioto.api.web.Passwords;
import io.ioto.api.web.User;
import io.ioto.api.web.Users;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets the users of the database log in, and makes the first one, with a password of its own,
/// where there is none.
@Component(
    service = Users.class,
    configurationPid = "io.ioto.rest.users",
    configurationPolicy = ConfigurationPolicy.REQUIRE,
    immediate = true)
public final class Logins implements Users {
  /// See `settings.json5`.
  public @interface Config {
    String model();

    String first();
  }

  private static final Logger log = LoggerFactory.getLogger(Logins.class);
  private static final String ADMIN = "admin";
  private static final String LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";
  private static final int PASSWORD = 16;
  private static final Duration DRAIN = Duration.ofSeconds(10);

  private final String model;
  private final ServiceSeat<Db> db;
  private final ServiceSeat<Passwords> passwords;
  private final Thread first;

  @Activate
  public Logins(BundleContext context, Config config) throws InvalidSyntaxException {
    model = config.model();
    db = seat(context, Db.class);
    passwords = seat(context, Passwords.class);
    first = Thread.ofVirtual().name("rest-first-user").unstarted(() -> makeFirst(config.first()));
    if (!model.isEmpty() && !config.first().isEmpty()) {
      first.start();
    }
  }

  private static <T> ServiceSeat<T> seat(BundleContext context, Class<T> type)
      throws InvalidSyntaxException {
    return new ServiceSeat<>(
        context,
        FrameworkUtil.createFilter("(objectClass=%s)".formatted(type.getName())),
        Seat.Patience.DEFAULT,
        DRAIN);
  }

  @Override
  public Optional<Account> find(String name) {
    if (model.isEmpty()) {
      return Optional.empty();
    }
    return db.call(present -> account(present, name));
  }

  private Optional<Account> account(Db present, String name) {
    return present.model(model).isEmpty()
        ? Optional.empty()
        : present.first(Query.of(model).match("username", name)).flatMap(Logins::account);
  }

  private static Optional<Account> account(Item item) {
    var name = item.text("username");
    var hash = item.text("password");
    return name.isEmpty() || hash.isEmpty()
        ? Optional.empty()
        : Optional.of(new Account(new User(name, Set.of(item.text("role"))), hash));
  }

  private void makeFirst(String name) {
    try {
      if (db.call(present -> present.model(model).isEmpty() || someone(present))) {
        return;
      }
      var password = password();
      var hash = passwords.call(present -> present.hash(password));
      var write = Write.create(model, Map.of("username", name, "password", hash, "role", ADMIN));
      db.call(present -> present.commit(List.of(write), Origin.SYSTEM));
      log.info("The first user is '{}' with the password '{}'; change it", name, password);
    } catch (VacantException e) {
      log.warn("Whether there are users was not found out: {}", e.getMessage());
    } catch (DbException e) {
      log.error("The first user could not be made: {}", e.getMessage());
    }
  }

  private boolean someone(Db present) {
    return present.count(Query.of(model)) > 0;
  }

  private static String password() {
    var random = new SecureRandom();
    var text = new StringBuilder();
    for (var i = 0; i < PASSWORD; i++) {
      text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return text.toString();
  }

  @Deactivate
  public void close() {
    first.interrupt();
    try {
      first.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    db.close();
    passwords.close();
  }
}
