// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud;

import io.ioto.api.cloud.Store;
import io.ioto.api.cloud.StoreException;
import io.ioto.api.web.Passwords;
import io.ioto.api.web.User;
import io.ioto.api.web.Users;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The people who look after the devices of this cloud. The first one, `admin`, is made at the
/// first start, with a password that the log shows once.
@Component(service = Users.class)
public final class Operators implements Users {
  private static final Logger log = LoggerFactory.getLogger(Operators.class);
  private static final String KIND = "user";
  private static final int SHORT = 16;

  private final Store store;

  @Activate
  public Operators(@Reference Store store, @Reference Passwords passwords) {
    this.store = store;
    if (store.list(KIND, "", "", 1).isEmpty()) {
      var password = Tokens.fresh().substring(0, SHORT);
      if (make("admin", passwords.hash(password))) {
        log.info("The first administrator is 'admin', the password: {}", password);
      }
    }
  }

  private boolean make(String name, String hash) {
    var values = Map.<String, Object>of("password", hash, "roles", List.of("admin"));
    try {
      store.commit(List.of(new Store.Step.Put(KIND, name, values, Store.ABSENT)));
      return true;
    } catch (StoreException e) {
      if (e.reason() == StoreException.Reason.CONFLICT) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public Optional<Account> find(String name) {
    if (name.isEmpty() || name.length() > 256) {
      return Optional.empty();
    }
    return store
        .get(KIND, name)
        .map(entry -> new Account(new User(name, roles(entry)), entry.text("password")));
  }

  private static Set<String> roles(Store.Entry entry) {
    return entry.values().get("roles") instanceof List<?> list
        ? Set.copyOf(list.stream().map(Object::toString).toList())
        : Set.of();
  }
}
