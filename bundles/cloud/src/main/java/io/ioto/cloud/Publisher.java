// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud;

import io.ioto.api.cloud.Store;
import io.ioto.json.Durable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/// Whoever may publish releases here: the one who has the token. It permits nothing else, and is
/// worth nothing without the keys that sign releases. The first is made at the first start, and
/// is in the state folder. May be shared between threads.
@Component(service = Publisher.class)
public final class Publisher {
  private static final String KIND = "publisher";
  private static final String KEY = "token";

  private final Store store;
  private final Path file;

  @Activate
  public Publisher(@Reference Store store, BundleContext context) {
    this(store, Path.of(context.getProperty("ioto.state"), "cloud", "publisher"));
  }

  Publisher(Store store, Path file) {
    this.store = store;
    this.file = file;
    if (store.get(KIND, KEY).isEmpty()) {
      renew();
    }
  }

  /// Where the token is.
  Path file() {
    return file;
  }

  /// Makes another token; the one before is worth nothing from now on.
  String renew() {
    var token = Tokens.fresh();
    try {
      // On the disk first: a token that is registered and not known helps nobody.
      Durable.write(file, token.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("the publisher's token cannot be kept in " + file, e);
    }
    store.commit(
        List.of(new Store.Step.Put(KIND, KEY, Map.of("digest", Tokens.digest(token)), Store.ANY)));
    return token;
  }

  boolean knows(String token) {
    return store
        .get(KIND, KEY)
        .filter(entry -> Tokens.same(entry.text("digest"), Tokens.digest(token)))
        .isPresent();
  }
}
