// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import io.ioto.api.runtime.Readiness;
import io.ioto.api.web.Exchange;
import io.ioto.api.web.Router;
import io.ioto.api.web.Routes;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/// Answers `/health/live` and `/health/ready` for supervisors. They learn yes or no, nothing else:
/// anybody may ask.
@Component(service = Routes.class)
public final class Health implements Routes {
  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile @Nullable Readiness readiness;

  @Override
  public void register(Router router) {
    router.get("/health/live", exchange -> answer(exchange, "live", true));
    router.get("/health/ready", exchange -> answer(exchange, "ready", ready()));
  }

  private boolean ready() {
    var known = readiness;
    return known != null && known.missing().isEmpty();
  }

  private static void answer(Exchange exchange, String what, boolean yes) {
    exchange
        .status(yes ? 200 : 503)
        .header("Cache-Control", "no-store")
        .header("Content-Type", "application/json")
        .send("{\"%s\":%b}".formatted(what, yes).getBytes(StandardCharsets.UTF_8));
  }
}
