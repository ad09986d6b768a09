// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud;

import io.ioto.api.web.Exchange;
import io.ioto.api.web.HttpException;
import io.ioto.api.web.Router;
import io.ioto.api.web.Routes;
import java.io.IOException;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/// What people do about releases, on the page of [OperatorCalls]: see them and what became of them,
/// and say who gets which.
@Component(service = Routes.class)
public final class ReleaseDesk implements Routes {
  /// A release in a list.
  ///
  /// @param available whether devices can still have it
  record ReleaseRow(
      long number,
      boolean available,
      String published,
      Terms terms,
      long offered,
      long committed,
      long failed) {}

  /// The newest are shown.
  private static final int MOST = 100;

  private final Rollout rollout;
  private final Shelf shelf;
  private final Publisher publisher;

  @Activate
  public ReleaseDesk(
      @Reference Rollout rollout, @Reference Shelf shelf, @Reference Publisher publisher) {
    this.rollout = rollout;
    this.shelf = shelf;
    this.publisher = publisher;
  }

  @Override
  public void register(Router router) {
    router
        .role("admin")
        .post("/api/release/find", this::releases)
        .post("/api/release/state", this::state)
        .post("/api/release/update", OperatorCalls.refusing(this::terms))
        .post("/api/release/token", this::token)
        .post("/api/update/find", this::attempts);
  }

  private void releases(Exchange exchange) {
    OperatorCalls.page(exchange, rollout.list(MOST).stream().map(this::row).toList(), "");
  }

  /// Until when devices believe the publisher; empty where nothing has been published.
  private void state(Exchange exchange) throws IOException {
    exchange
        .header("Cache-Control", "no-store")
        .json(Map.of("expires", shelf.expires().map(Object::toString).orElse("")));
  }

  private ReleaseRow row(Release release) {
    return new ReleaseRow(
        release.number(),
        rollout.available(release.number()),
        release.published(),
        release.terms(),
        release.counts().offered(),
        release.counts().committed(),
        release.counts().failed());
  }

  private void terms(Exchange exchange) {
    var json = exchange.json();
    var number = json.path("number");
    if (!number.isIntegralNumber() || !number.canConvertToLong()) {
      throw new HttpException(400, "'number' is missing or no whole number");
    }
    exchange.json(row(rollout.terms(number.longValue(), json)));
  }

  /// The one before is worth nothing from now on.
  private void token(Exchange exchange) {
    exchange.header("Cache-Control", "no-store").json(Map.of("token", publisher.renew()));
  }

  private void attempts(Exchange exchange) {
    var all = rollout.attempts(OperatorCalls.text(exchange.json(), "device"));
    OperatorCalls.page(exchange, all.stream().map(Attempt::values).toList(), "");
  }
}
