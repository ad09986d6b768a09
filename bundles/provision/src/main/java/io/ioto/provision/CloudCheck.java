// SPDX-License-Identifier: Apache-2.0
package io.ioto.provision;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.ioto.api.http.CallException;
import io.ioto.api.ota.HealthCheck;
import io.ioto.api.provision.CloudApi;
import io.ioto.json.Json5;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/// Keeps a release from cutting the device off from its cloud: it could be neither updated nor
/// released by it any more. May be shared between threads.
@Component(service = HealthCheck.class, property = HealthCheck.NAME + "=cloud")
public final class CloudCheck implements HealthCheck {
  private static final Duration PATIENCE = Duration.ofSeconds(4);

  /// It is asked several times a second, by every device of a fleet that takes a release.
  private static final Duration GOOD_FOR = Duration.ofSeconds(2);

  private record Finding(Instant at, List<String> problems) {}

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  private volatile List<CloudApi> clouds = List.of();

  private final InstantSource clock;
  private Finding last = new Finding(Instant.EPOCH, List.of());

  @Activate
  public CloudCheck() {
    this(InstantSource.system(), List.of());
  }

  CloudCheck(InstantSource clock, List<CloudApi> clouds) {
    this.clock = clock;
    this.clouds = clouds;
  }

  @Override
  public boolean relative() {
    return true;
  }

  @Override
  public synchronized List<String> problems() {
    var now = clock.instant();
    if (now.isBefore(last.at()) || !now.isBefore(last.at().plus(GOOD_FOR))) {
      last = new Finding(now, ask());
    }
    return last.problems();
  }

  private List<String> ask() {
    var cloud = clouds.stream().findFirst().orElse(null);
    if (cloud == null) {
      return List.of("this device is not provisioned");
    }
    try {
      var answer =
          cloud
              .call("POST", "/tok/device/status")
              .json(Json5.print(JsonNodeFactory.instance.objectNode().put("id", cloud.device())))
              .timeout(PATIENCE)
              .retries(0)
              .send();
      return answer.ok() ? List.of() : List.of("the cloud answers " + answer);
    } catch (CallException | IllegalArgumentException | IllegalStateException e) {
      return List.of("the cloud does not answer: " + e.getMessage());
    }
  }
}
