// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.cloud.Device.State;
import io.ioto.cloud.RegistryException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryTest {
  private static final String KEY = "a".repeat(64);
  private static final String OTHER_KEY = "b".repeat(64);

  @TempDir Path folder;
  private final MemoryStore store = new MemoryStore();
  private Registry registry;
  private String product;

  @BeforeEach
  void aProduct() {
    registry = registry();
    product = Tokens.fresh();
    registry.product("Thermostat", product);
  }

  private Registry registry() {
    return new Registry(store, Tokens.of(folder.resolve("cloud/secret")), () -> Instant.EPOCH);
  }

  private Registry.Registration registration(String key) {
    return new Registry.Registration("D1", product, key, Map.of("name", "Hall"));
  }

  private String claimed() {
    registry.register(registration(KEY));
    registry.claim("D1", "acc");
    return registry.register(registration(KEY)).orElseThrow();
  }

  private static Registry.Issued certificate(String digest) {
    return new Registry.Issued("PEM", digest, KEY);
  }

  @Test
  void deviceHasNoTokenBeforeItIsClaimedAndTheSameOneEverAfter() throws Exception {
    assertThat(registry.register(registration(KEY))).isEmpty();

    var claimed = registry.claim("D1", "acc");
    var token = registry.register(registration(KEY)).orElseThrow();

    assertThat(claimed.state()).isEqualTo(State.CLAIMED);
    assertThat(registry().register(registration(KEY))).contains(token);
    assertThat(registry().authorise("D1", token).account()).isEqualTo("acc");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("cloud/secret"))))
        .isEqualTo("rw-------");
  }

  @Test
  void keyIsThatOfTheLastRegistrationBeforeTheClaim() {
    registry.register(registration(OTHER_KEY));
    var _ = claimed();

    refused(Reason.KEY, () -> registry.register(registration(OTHER_KEY)));
  }

  @Test
  void whatIsNotWellFormedOrNotOfAProductIsRefused() {
    var bad = new Registry.Registration("D/1", product, KEY, Map.of());
    refused(Reason.INVALID, () -> registry.register(bad));
    refused(Reason.INVALID, () -> registry.register(registration("xyz")));
    var foreign = new Registry.Registration("D1", "guess", KEY, Map.of());
    refused(Reason.UNAUTHORISED, () -> registry.register(foreign));
    assertThat(registry.list("", 10)).isEmpty();
  }

  @Test
  void onlyItsOwnerAndItsTokenMayDoThingsWithADevice() {
    var token = claimed();

    refused(Reason.STATE, () -> registry.claim("D1", "someone else"));
    refused(Reason.UNKNOWN, () -> registry.claim("D2", "acc"));
    refused(Reason.UNAUTHORISED, () -> registry.authorise("D1", token + "x"));
    refused(Reason.UNAUTHORISED, () -> registry.certify("D1", "", certificate("c1")));
    assertThat(registry.claim("D1", "acc").claims()).isEqualTo(1);
  }

  @Test
  void firstCertificateIsForThePinnedKeyOnly() {
    var token = claimed();

    refused(
        Reason.KEY,
        () -> registry.certify("D1", token, new Registry.Issued("PEM", "c1", OTHER_KEY)));
    assertThat(registry.certify("D1", token, certificate("c1")).state())
        .isEqualTo(State.PROVISIONED);
  }

  @Test
  void oldCertificateIsLetInUntilTheNewOneHasBeenShown() {
    var token = claimed();
    registry.certify("D1", token, certificate("c1"));
    registry.certify("D1", token, new Registry.Issued("PEM", "c2", OTHER_KEY));

    assertThat(registry.admit("D1", "c1")).isPresent();
    assertThat(registry.admit("D1", "c2")).isPresent();
    assertThat(registry.admit("D1", "c1")).isEmpty();
    assertThat(registry.admit("D1", "c2")).isPresent();
    assertThat(registry.admit("D2", "c2")).isEmpty();
  }

  @Test
  void releasedDeviceIsLetInNowhereButItsTokenStillTellsItSo() {
    var token = claimed();
    registry.certify("D1", token, certificate("c1"));

    registry.release("D1");

    assertThat(registry.admit("D1", "c1")).isEmpty();
    assertThat(registry.authorise("D1", token).state()).isEqualTo(State.RELEASED);
    refused(Reason.STATE, () -> registry.claim("D1", "acc"));
    refused(Reason.STATE, () -> registry.certify("D1", token, certificate("c2")));
  }

  @Test
  void deviceThatLeftIsAnybodysAndItsTokenIsWorthNothing() {
    var token = claimed();
    registry.release("D1");
    registry.forget("D1", token);

    refused(Reason.UNAUTHORISED, () -> registry.authorise("D1", token));
    assertThat(registry.register(registration(OTHER_KEY))).isEmpty();
    registry.claim("D1", "acc2");
    assertThat(registry.register(registration(OTHER_KEY)))
        .hasValueSatisfying(t -> assertThat(t).isNotEqualTo(token));
  }

  @Test
  void changeOfSomebodyElseMeanwhileIsNotLost() {
    registry.register(registration(KEY));
    store.beforeCommit = () -> registry.claim("D1", "acc");

    registry.register(new Registry.Registration("D1", product, KEY, Map.of("name", "Attic")));

    var device = registry.get("D1").orElseThrow();
    assertThat(device.account()).isEqualTo("acc");
    assertThat(device.attributes()).containsEntry("name", "Attic");
  }

  private static void refused(Reason reason, ThrowingCallable work) {
    assertThatThrownBy(work)
        .isInstanceOfSatisfying(
            RegistryException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }
}
