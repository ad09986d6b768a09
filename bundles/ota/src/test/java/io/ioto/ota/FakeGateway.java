// SPDX-License-Identifier: Apache-2.0
package io.ioto.ota;

import io.ioto.api.deploy.DeployException;
import io.ioto.api.deploy.Deployer;
import io.ioto.api.deploy.Plan;
import io.ioto.api.deploy.SetPlan;
import io.ioto.api.deploy.Target;
import io.ioto.api.ota.HealthCheck;
import io.ioto.json.Json5;
import io.ioto.trust.Hash;
import io.ioto.trust.ReleaseSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A gateway, its deployer and its launcher, without any bundle.
final class FakeGateway implements Host, Deployer {
  /// Ends everything, as a power cut does.
  static final class Cut extends Error {
    @java.io.Serial private static final long serialVersionUID = 1;
  }

  final Map<String, HealthCheck> checks = new LinkedHashMap<>();
  final List<String> missing = new ArrayList<>();
  @Nullable DeployException refusal;
  @Nullable DeployException failure;
  @Nullable String bootFailure;
  boolean needsRestart;
  boolean cutWhileSwapping;
  int restarts;
  int swaps;
  Target running = new Target(List.of());
  private final Path state;
  private final Target shipped;
  private final Set<String> kept = new HashSet<>();

  FakeGateway(Path state, Target shipped) {
    this.state = state;
    this.shipped = shipped;
    running = shipped;
  }

  /// Starts what the launcher would.
  void boot() throws IOException {
    bootFailure = null;
    var release = state.resolve("release");
    var journal = release.resolve("journal.json");
    var trial = release.resolve("candidate.json");
    var current = release.resolve("current.json");
    if (Files.exists(journal)
        && Json5.document(journal).root().path("state").asText().equals("GATING")
        && Files.exists(trial)) {
      var boots = release.resolve("boots");
      var count = Files.exists(boots) ? Integer.parseInt(Files.readString(boots)) : 0;
      if (count < 3) {
        Files.writeString(boots, Integer.toString(count + 1));
        running = set(trial);
        return;
      }
      bootFailure = "it did not come up in 3 starts";
    }
    running = Files.exists(current) ? set(current) : shipped;
  }

  private static Target set(Path file) throws IOException {
    return Releases.target(ReleaseSet.read("set", Files.readAllBytes(file)));
  }

  String version(String name) {
    return running.bundles().stream()
        .filter(b -> b.name().equals(name))
        .map(Target.Bundle::version)
        .findFirst()
        .orElse("none");
  }

  @Override
  public Deployer deployer() {
    return this;
  }

  @Override
  public void restart() {
    restarts++;
  }

  @Override
  public Optional<String> bootFailure() {
    return Optional.ofNullable(bootFailure);
  }

  @Override
  public List<String> missing() {
    return missing;
  }

  @Override
  public Map<String, HealthCheck> checks() {
    return checks;
  }

  @Override
  public String keep(Path jar) {
    try {
      var hash = Hash.of(jar);
      kept.add(hash);
      return hash;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Set<String> have(Set<String> hashes) {
    running.bundles().forEach(b -> kept.add(b.sha256()));
    var have = new HashSet<>(hashes);
    have.retainAll(kept);
    return have;
  }

  @Override
  public Target running() {
    return running;
  }

  @Override
  public SetPlan plan(Target target) {
    var refused = refusal;
    if (refused != null) {
      throw refused;
    }
    var before = new HashSet<>(running.bundles());
    var changes =
        target.bundles().stream()
            .filter(b -> !before.contains(b))
            .peek(b -> Objects.requireNonNull(kept.contains(b.sha256()) ? b : null, b.name()))
            .map(FakeGateway::plan)
            .toList();
    return new SetPlan(needsRestart && !changes.isEmpty(), changes, List.of());
  }

  private static Plan plan(Target.Bundle bundle) {
    return new Plan(
        Plan.Action.SIDE_BY_SIDE,
        bundle.name(),
        null,
        bundle.version(),
        bundle.sha256(),
        List.of(),
        List.of(),
        List.of(),
        List.of());
  }

  @Override
  public SetPlan change(Target target) {
    var plan = plan(target);
    if (cutWhileSwapping) {
      throw new Cut();
    }
    var failed = failure;
    if (failed != null) {
      throw failed;
    }
    swaps++;
    running = target;
    return plan;
  }

  @Override
  public Plan plan(Path jar) {
    throw new AssertionError("nobody asks");
  }

  @Override
  public Plan deploy(Path jar) {
    throw new AssertionError("nobody asks");
  }
}
