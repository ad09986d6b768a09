// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.api.cloud.Store;
import io.ioto.json.Json5;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RolloutTest {
  private final MemoryStore store = new MemoryStore();
  private final TreeSet<Long> shelf = new TreeSet<>(List.of(1L));
  private Instant now = Instant.parse("2026-06-01T00:00:00Z");
  private final Rollout rollout = new Rollout(store, () -> shelf, () -> now);

  @BeforeEach
  void publish() {
    publish(1);
  }

  private void publish(long number) {
    shelf.add(number);
    terms(number, "{}");
    rollout.published();
  }

  private static Device device(String id, Map<String, Object> attributes) {
    return new Device(
        id, 1, Device.State.PROVISIONED, "", "", "main", 1, List.of(), attributes, "");
  }

  private Optional<Long> chosen(String id, long running) {
    return rollout.choose(device(id, Map.of()), running, Map.of()).map(Release::number);
  }

  private void terms(long number, String json) {
    rollout.terms(number, Json5.read(json, "terms"));
  }

  private void report(String device, String update, long release, String state, String reason) {
    rollout.report(
        device,
        Json5.read(
            "{update: '%s', release: %d, from: 0, running: %d, state: '%s', reason: '%s', at: 'x'}"
                .formatted(update, release, state.equals("COMMITTED") ? release : 0, state, reason),
            "report"));
  }

  @Test
  void newestReleaseIsForEverybodyWhoHasAnOlderOne() {
    assertThat(chosen("D1", 0)).contains(1L);
    assertThat(chosen("D1", 1)).isEmpty();
    assertThat(chosen("D1", 7)).isEmpty();
  }

  @Test
  void releaseWithoutTermsIsForNobody() {
    shelf.add(2L);
    assertThat(chosen("D1", 0)).contains(1L);
    rollout.published();
    assertThat(chosen("D1", 0)).contains(1L);
    assertThat(rollout.get(2).orElseThrow().terms()).isEqualTo(Terms.NOBODY);
    terms(2, "{enabled: true}");
    assertThat(chosen("D1", 0)).contains(2L);
  }

  @Test
  void pausedReleaseIsForNobodyUntilItGoesOn() {
    terms(1, "{enabled: false}");
    assertThat(chosen("D1", 0)).isEmpty();
    terms(1, "{enabled: true}");
    assertThat(chosen("D1", 0)).contains(1L);
  }

  @Test
  void policyIsAboutWhatIsKnownAndWhatIsTold() {
    publish(2);
    store.commit(List.of(new Store.Step.Put("product", "digest", Map.of("name", "valve"), 0)));
    terms(2, "{policy: \"product == 'valve' && beta && semver(version, '<', newVersion)\"}");
    var valve =
        new Device(
            "D1",
            1,
            Device.State.PROVISIONED,
            "digest",
            "",
            "main",
            1,
            List.of(),
            Map.of("beta", false),
            "");
    assertThat(rollout.choose(valve, 0, Map.of()).map(Release::number)).contains(1L);
    assertThat(rollout.choose(valve, 0, Map.of("beta", true)).map(Release::number)).contains(2L);
    assertThat(rollout.choose(valve, 2, Map.of("beta", true))).isEmpty();
    assertThat(rollout.choose(device("D2", Map.of("beta", true)), 1, Map.of())).isEmpty();
  }

  @Test
  void deviceCannotTellTheCloudWhoItIs() {
    terms(1, "{policy: \"id == 'D1'\"}");
    assertThat(rollout.choose(device("D2", Map.of("id", "D1")), 0, Map.of("id", "D1"))).isEmpty();
    assertThat(chosen("D1", 0)).contains(1L);
  }

  @Test
  void policyThatDoesNotFitADeviceLeavesItOut() {
    terms(1, "{policy: 'rack > 3'}");
    assertThat(rollout.choose(device("D1", Map.of("rack", "upper")), 0, Map.of())).isEmpty();
    assertThat(rollout.choose(device("D2", Map.of("rack", 4L)), 0, Map.of())).isPresent();
  }

  @Test
  void mistakeInAPolicyIsRefusedAndTheOneBeforeStays() {
    terms(1, "{policy: 'beta'}");
    assertThatThrownBy(() -> terms(1, "{policy: 'beta &&'}"))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("'policy': column 8: expected a name");
    assertThatThrownBy(() -> terms(1, "{percentage: 101}"))
        .hasMessageContaining("'percentage' is a whole number from 0 to 100");
    assertThatThrownBy(() -> terms(9, "{}")).hasMessageContaining("There is no release 9");
    assertThat(rollout.get(1).orElseThrow().terms().policy()).isEqualTo("beta");
  }

  @Test
  void percentageGrowsWithoutTakingAnybodyBack() {
    var before = IntStream.range(0, 1000).filter(i -> inCohort(i, 20)).boxed().toList();
    var after = IntStream.range(0, 1000).filter(i -> inCohort(i, 50)).boxed().toList();
    assertThat(before).hasSizeBetween(150, 250);
    assertThat(after).hasSizeBetween(430, 570).containsAll(before);
    terms(1, "{percentage: 20}");
    assertThat(chosen("D" + before.getFirst(), 0)).contains(1L);
    assertThat(chosen("D" + before.getFirst(), 0)).contains(1L);
    var out = IntStream.range(0, 1000).filter(i -> !inCohort(i, 20)).findFirst().orElseThrow();
    assertThat(chosen("D" + out, 0)).isEmpty();
  }

  private static boolean inCohort(int device, int percentage) {
    return Rollout.cohort(1, "D" + device) < percentage;
  }

  @Test
  void limitIsOfDevicesAndNotOfQuestions() {
    terms(1, "{limit: 2}");
    assertThat(chosen("D1", 0)).contains(1L);
    assertThat(chosen("D1", 0)).contains(1L);
    assertThat(chosen("D2", 0)).contains(1L);
    assertThat(chosen("D3", 0)).isEmpty();
    assertThat(chosen("D2", 0)).contains(1L);
    assertThat(rollout.get(1).orElseThrow().counts().offered()).isEqualTo(2);
    terms(1, "{limit: 3}");
    assertThat(chosen("D3", 0)).contains(1L);
  }

  @Test
  void rateIsSoManyInAPeriod() {
    terms(1, "{rate: 2, period: 60000}");
    assertThat(chosen("D1", 0)).contains(1L);
    now = now.plusSeconds(30);
    assertThat(chosen("D2", 0)).contains(1L);
    assertThat(chosen("D3", 0)).isEmpty();
    now = now.plus(Duration.ofSeconds(30));
    assertThat(chosen("D3", 0)).contains(1L);
  }

  @Test
  void deviceThatMayNotHaveTheNewestGetsTheOneBefore() {
    publish(2);
    terms(2, "{limit: 1}");
    assertThat(chosen("D1", 0)).contains(2L);
    assertThat(chosen("D2", 0)).contains(1L);
    assertThat(chosen("D2", 1)).isEmpty();
  }

  @Test
  void limitHoldsWhenTwoCloudsOfferAtTheSameTime() {
    terms(1, "{limit: 1}");
    store.beforeCommit = () -> assertThat(chosen("D2", 0)).contains(1L);
    assertThat(chosen("D1", 0)).isEmpty();
  }

  @Test
  void reportThatComesAgainIsOneRecord() {
    report("D1", "0001-a", 1, "PLANNED", "");
    report("D1", "0001-a", 1, "GATING", "");
    report("D1", "0001-a", 1, "ROLLED_BACK", "UNHEALTHY: the valve is stuck");
    report("D1", "0001-a", 1, "ROLLED_BACK", "UNHEALTHY: the valve is stuck");
    report("D1", "0001-a", 1, "GATING", "");
    assertThat(rollout.attempts("D1"))
        .singleElement()
        .satisfies(
            a -> {
              assertThat(a.state()).isEqualTo("ROLLED_BACK");
              assertThat(a.reason()).isEqualTo("UNHEALTHY: the valve is stuck");
            });
    assertThat(rollout.get(1).orElseThrow().counts().failed()).isEqualTo(1);
    assertThat(rollout.standing("D1").state()).isEqualTo("ROLLED_BACK");
    assertThat(rollout.standing("D1").running()).isZero();
  }

  @Test
  void lateReportOfAnEarlierUpdateDoesNotHideTheLatest() {
    report("D1", "0002-b", 1, "COMMITTED", "");
    report("D1", "0001-a", 1, "ROLLED_BACK", "UNHEALTHY: before");
    assertThat(rollout.standing("D1").state()).isEqualTo("COMMITTED");
    assertThat(rollout.standing("D1").running()).isEqualTo(1);
    assertThat(rollout.attempts("D1")).extracting(Attempt::id).containsExactly("0002-b", "0001-a");
    assertThat(rollout.get(1).orElseThrow().counts())
        .extracting(Release.Counts::committed, Release.Counts::failed)
        .containsExactly(1L, 1L);
  }

  @Test
  void reportOfAReleaseFromElsewhereIsKeptToo() {
    report("D1", "0001-a", 42, "COMMITTED", "");
    assertThat(rollout.standing("D1").running()).isEqualTo(42);
  }

  @Test
  void nonsenseIsRefused() {
    assertThatThrownBy(() -> report("D1", "0001/a", 1, "COMMITTED", ""))
        .isInstanceOf(RegistryException.class);
    assertThatThrownBy(() -> report("D1", "0001-a", 1, "WONDERFUL", ""))
        .isInstanceOf(RegistryException.class);
  }

  @Test
  void historyOfADeviceIsLimited() {
    for (var i = 0; i < 130; i++) {
      report("D1", "%04d-a".formatted(i), 1, "FAILED", "");
    }
    assertThat(rollout.attempts("D1")).hasSize(100);
    assertThat(rollout.attempts("D1").getFirst().id()).isEqualTo("0129-a");
  }

  @Test
  void offersOfReleasesThatHaveGoneAreForgotten() {
    assertThat(chosen("D1", 0)).contains(1L);
    assertThat(store.list("offer", "", "", 10)).hasSize(1);
    shelf.clear();
    shelf.add(2L);
    rollout.published();
    assertThat(store.list("offer", "", "", 10)).isEmpty();
  }
}
