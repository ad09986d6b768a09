// SPDX-License-Identifier: Apache-2.0
package io.ioto.provision;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.api.device.Device;
import io.ioto.api.device.Identity;
import io.ioto.api.provision.Stage;
import io.ioto.api.runtime.Fibers;
import io.ioto.api.runtime.Signals;
import io.ioto.api.tls.DeviceKeys;
import io.ioto.api.tls.Trust;
import io.ioto.http.JdkHttp;
import io.ioto.json.Json5;
import io.ioto.provision.FakeCloud.Trouble;
import io.ioto.testing.Configs;
import io.ioto.testing.Sections;
import io.ioto.tls.FileAuthorities;
import io.ioto.tls.FileKeys;
import io.ioto.tls.PemTls;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.osgi.framework.BundleContext;

class EnrolmentTest {
  private static final String REGISTER = "/api/device/register";
  private static final String PROVISION = "/api/tok/device/provision";
  private static final String STATUS = "/api/tok/device/status";
  private static final String RELEASE = "/api/tok/device/release";

  private final Path state;
  private final FileKeys keys;
  private final JdkHttp http;
  private final FileAuthorities authorities;
  private final FakeCloud cloud;
  private final List<Identity> identities = Collections.synchronizedList(new ArrayList<>());
  private final List<String> told = Collections.synchronizedList(new ArrayList<>());
  private final List<Enrolment> running = new ArrayList<>();

  EnrolmentTest(@TempDir Path state) throws IOException {
    this.state = state;
    keys = new FileKeys(Sections.config(FileKeys.Config.class, "io.ioto.tls", state, "{}"));
    var tls = new PemTls(Sections.config(PemTls.Config.class, "io.ioto.tls", state, "{}"));
    var values = new HashMap<>(Sections.defaults("io.ioto.http", state));
    values.putAll(Sections.values("io.ioto.http.timeouts", state, "{api: '300 ms'}"));
    http = new JdkHttp(context(), tls, Configs.of(JdkHttp.Config.class, values));
    authorities =
        new FileAuthorities(
            Sections.config(
                FileAuthorities.Config.class, "io.ioto.tls", state.resolve("cloud"), "{}"));
    cloud = new FakeCloud(authorities);
  }

  @AfterEach
  void stop() {
    running.forEach(Enrolment::close);
    cloud.close();
    http.close();
  }

  /// One that knows no framework properties.
  private static BundleContext context() {
    return (BundleContext)
        Proxy.newProxyInstance(
            EnrolmentTest.class.getClassLoader(),
            new Class<?>[] {BundleContext.class},
            (_, _, _) -> null);
  }

  private record It(String id, Path state) implements Device {
    @Override
    public Optional<String> product() {
      return Optional.of("P1");
    }

    @Override
    public Map<String, Object> attributes() {
      return Map.of("name", "pump", "floor", 3L, "cloud", "http://127.0.0.1:1");
    }

    @Override
    public void reset() {
      throw new UnsupportedOperationException();
    }
  }

  private static final class Threads implements Fibers {
    @Override
    public Thread start(String name, Runnable work) {
      return Thread.ofVirtual().name(name).start(work);
    }

    @Override
    public <T> Future<T> submit(String name, Callable<T> work) {
      throw new UnsupportedOperationException();
    }
  }

  private final class Told implements Signals {
    @Override
    public Watch watch(String name, Consumer<@Nullable Object> watcher) {
      return () -> {};
    }

    @Override
    public void signal(String name, @Nullable Object argument) {
      told.add(name);
    }

    @Override
    public void hold(String name, @Nullable Object argument) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void release(String name) {
      throw new UnsupportedOperationException();
    }
  }

  private Settings settings(String url) {
    return Settings.of(
        Sections.config(
            Enrolment.Config.class,
            "io.ioto.provision",
            state,
            """
            {api: {builder: '%s'}, device: {account: 'a1'}, provision: {
              poll: {first: '1 ms', step: 0, max: '1 ms'},
              retry: {first: '1 ms', max: '20 ms'}, check: '20 ms'}}
            """
                .formatted(url)));
  }

  private Enrolment start() {
    return start(settings(cloud.url()), keys, "X7K2M9P4QR");
  }

  private Enrolment start(Settings settings, DeviceKeys keys, String id) {
    var around =
        new Enrolment.Around(
            new It(id, state),
            keys,
            http,
            new Told(),
            identity -> {
              identities.add(identity);
              return () -> identities.remove(identity);
            },
            InstantSource.system(),
            new Random(1));
    var enrolment = new Enrolment(around, settings, new Threads());
    running.add(enrolment);
    return enrolment;
  }

  private Identity identity() {
    eventually(() -> assertThat(identities).hasSize(1));
    return identities.getFirst();
  }

  private X509Certificate certificate() {
    return keys.certificate("device").orElseThrow();
  }

  @Test
  void deviceRegistersWaitsForItsClaimAndIsProvisioned() throws IOException {
    var enrolment = start();
    eventually(() -> assertThat(cloud.calls).hasSizeGreaterThan(3));
    assertThat(enrolment.stage()).isEqualTo(new Stage.Unclaimed("X7K2M9P4QR"));
    assertThat(identities).isEmpty();
    cloud.claimed = true;

    var identity = identity();

    assertThat(identity.id()).isEqualTo("X7K2M9P4QR");
    assertThat(identity.account()).isEqualTo("acme");
    assertThat(identity.cloud())
        .isEqualTo(
            new Identity.Cloud(
                URI.create(cloud.url() + "/api"), "T1", "dedicated", "home", "here"));
    assertThat(identity.endpoint())
        .isEqualTo(
            new Identity.Endpoint(
                "broker.example", 8883, "x-amzn-mqtt-ca", authorities.certificate("fleet")));
    assertThat(identity.credentials()).isEqualTo("device");
    assertThat(identity.toString()).doesNotContain("T1").doesNotContain("BEGIN");
    assertThat(certificate().getSubjectX500Principal().getName()).isEqualTo("CN=it");
    assertThat(enrolment.stage()).isInstanceOf(Stage.Provisioned.class);
    assertThat(enrolment.problem()).isEmpty();
    eventually(
        () ->
            assertThat(told)
                .containsExactly("device:registered", "device:provisioned", "cloud:provisioned"));
    var mode = Files.getPosixFilePermissions(state.resolve("provision.json"));
    assertThat(PosixFilePermissions.toString(mode)).isEqualTo("rw-------");
  }

  @Test
  void cloudIsToldWhoTheDeviceIsAndNeverItsKey() {
    cloud.claimed = true;
    start();
    identity();

    var device = Json5.read(cloud.bodies.getFirst(), "request");
    assertThat(device.path("id").asText()).isEqualTo("X7K2M9P4QR");
    assertThat(device.path("product").asText()).isEqualTo("P1");
    assertThat(device.path("name").asText()).isEqualTo("pump");
    assertThat(device.path("floor").asInt()).isEqualTo(3);
    assertThat(device.path("account").asText()).isEqualTo("a1");
    assertThat(device.has("cloud")).isFalse();
    assertThat(device.path("key").asText()).hasSize(64);
    assertThat(device.path("created").asText()).startsWith("20");
    assertThat(cloud.bodies).noneMatch(body -> body.contains("PRIVATE"));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BANNED")
  void whateverGoesWrongItGoesOn(Trouble trouble) {
    cloud.claimed = true;
    for (var path : List.of(REGISTER, PROVISION)) {
      cloud.trouble(path, trouble);
      cloud.trouble(path, trouble);
    }
    start();

    identity();
    var certificate = certificate();
    for (var i = 0; i < 3; i++) {
      cloud.trouble(STATUS, trouble);
    }
    var before = cloud.calls.size();
    eventually(() -> assertThat(cloud.calls).hasSizeGreaterThan(before + 5));

    assertThat(identities).hasSize(1);
    assertThat(certificate()).isEqualTo(certificate);
    assertThat(cloud.calls.subList(before, cloud.calls.size())).containsOnly(STATUS);
  }

  @Test
  void cloudThatWantsToBeLeftAloneIs() {
    cloud.claimed = true;
    cloud.trouble(PROVISION, Trouble.BANNED);
    var enrolment = start();

    eventually(() -> assertThat(enrolment.stage()).isInstanceOf(Stage.Blocked.class));
    assertThat(enrolment.problem()).contains("the cloud says: slow down");
    assertThat(cloud.calls).containsExactly(REGISTER, PROVISION);

    enrolment.wake();
    identity();
    assertThat(enrolment.problem()).isEmpty();
  }

  @Test
  void processThatEndsBetweenAnyTwoStepsGoesOnWhereItWas() {
    start();
    eventually(() -> assertThat(told).contains("device:registered"));
    running.removeFirst().close();

    cloud.claimed = true;
    for (var i = 0; i < 1000; i++) {
      cloud.trouble(PROVISION, Trouble.ERROR);
    }
    start();
    eventually(() -> assertThat(cloud.calls).contains(PROVISION));
    var key = keys.fingerprint("device");
    running.removeFirst().close();

    cloud.calls.clear();
    var third = start();
    eventually(() -> assertThat(cloud.calls).isNotEmpty());
    assertThat(third.stage()).isEqualTo(new Stage.Enrolling());
    assertThat(cloud.calls).containsOnly(PROVISION);
    assertThat(keys.fingerprint("device")).isEqualTo(key);
  }

  /// Keys whose process ends once, right after a certificate was installed.
  private static final class PowerCut implements DeviceKeys {
    private final DeviceKeys keys;
    private final AtomicBoolean cut = new AtomicBoolean();

    PowerCut(DeviceKeys keys) {
      this.keys = keys;
    }

    @Override
    public String request(String name, String commonName) {
      if (cut.get()) {
        throw new IllegalStateException("no power");
      }
      return keys.request(name, commonName);
    }

    @Override
    public String fingerprint(String name) {
      return keys.fingerprint(name);
    }

    @Override
    public void install(String name, String chain) {
      keys.install(name, chain);
      cut.set(true);
      throw new IllegalStateException("power cut");
    }

    @Override
    public Optional<X509Certificate> certificate(String name) {
      return keys.certificate(name);
    }

    @Override
    public void remove(String name) {
      keys.remove(name);
    }
  }

  @Test
  void powerCutBetweenCertificateAndProgressCostsOneStep() {
    cloud.claimed = true;
    var powerless = new PowerCut(keys);
    var first = start(settings(cloud.url()), powerless, "X7K2M9P4QR");
    eventually(() -> assertThat(first.problem()).contains("no power"));
    first.close();
    assertThat(identities).isEmpty();

    start();

    identity();
    assertThat(Collections.frequency(cloud.calls, PROVISION)).isEqualTo(2);
  }

  @Test
  void provisionedDeviceNeedsNoCloudToStartNorItsAddress() {
    cloud.claimed = true;
    start();
    var before = identity();
    running.removeFirst().close();
    assertThat(identities).isEmpty();
    cloud.close();

    var enrolment = start(settings(""), keys, "X7K2M9P4QR");

    assertThat(identity()).isEqualTo(before);
    eventually(
        () ->
            assertThat(enrolment.problem())
                .hasValueSatisfying(p -> assertThat(p).endsWith("nobody answers there")));
    assertThat(enrolment.stage()).isInstanceOf(Stage.Provisioned.class);
    assertThat(identities).hasSize(1);
  }

  @Test
  void cloudThatReleasedTheDeviceTakesItsCredentials() {
    cloud.claimed = true;
    start();
    identity();
    cloud.released = true;

    eventually(() -> assertThat(told).contains("cloud:deprovisioned"));
    eventually(() -> assertThat(cloud.calls).contains(RELEASE).endsWith(REGISTER, REGISTER));
    assertThat(identities).isEmpty();
    assertThat(keys.certificate("device")).isEmpty();
  }

  @Test
  void releasedDeviceLeavesAndRegistersAnew() {
    cloud.claimed = true;
    var enrolment = start();
    identity();
    var first = certificate();

    enrolment.release();

    assertThat(identities).isEmpty();
    assertThat(keys.certificate("device")).isEmpty();
    eventually(() -> assertThat(enrolment.stage()).isInstanceOf(Stage.Unclaimed.class));
    cloud.claimed = true;
    identity();
    assertThat(certificate().getPublicKey()).isNotEqualTo(first.getPublicKey());
  }

  @Test
  void releaseWithoutACloudIsToldLaterAndNotForgotten() {
    cloud.claimed = true;
    var first = start();
    identity();
    for (var i = 0; i < 1000; i++) {
      cloud.trouble(RELEASE, Trouble.ERROR);
    }

    first.reset();
    assertThat(identities).isEmpty();
    assertThat(keys.certificate("device")).isEmpty();
    cloud.calls.clear();
    running.removeFirst().close();
    start();

    eventually(() -> assertThat(cloud.calls).hasSizeGreaterThan(3));
    assertThat(cloud.calls).containsOnly(RELEASE);
    assertThat(identities).isEmpty();
  }

  @Test
  void certificateIsRenewedInItsLastThird() {
    cloud.claimed = true;
    // It begins a day back: of a day and a minute less than a third is left.
    cloud.validity = Duration.ofMinutes(1);
    start();
    identity();
    var first = certificate();
    cloud.validity = Duration.ofDays(365);

    var later = Instant.now().plus(Duration.ofDays(100));
    eventually(() -> assertThat(certificate().getNotAfter().toInstant()).isAfter(later));
    identity();
    var renewed = certificate();
    assertThat(renewed.getPublicKey()).isNotEqualTo(first.getPublicKey());
    // That of the renewal may still be on its way.
    eventually(() -> assertThat(cloud.calls).endsWith(STATUS, STATUS));
    cloud.calls.clear();
    eventually(() -> assertThat(cloud.calls).hasSizeGreaterThan(3));

    assertThat(cloud.calls).containsOnly(STATUS);
    assertThat(certificate()).isEqualTo(renewed);
  }

  @Test
  void lostOrDamagedKeyIsReplacedByANewCertificate() throws IOException {
    cloud.claimed = true;
    start();
    identity();
    var first = certificate();
    running.removeFirst().close();
    Files.writeString(state.resolve("certs/device.pem"), "\0");

    start();

    identity();
    assertThat(certificate()).isNotEqualTo(first);
    assertThat(cloud.calls).doesNotContain(RELEASE);
  }

  @Test
  void damagedProgressMeansRegisteringAnew() throws IOException {
    cloud.claimed = true;
    for (var content : List.of("", "{", "null", "{}", "[1]", "{\"site\":1}")) {
      Files.writeString(state.resolve("provision.json"), content);
      start();
      identity();
      running.removeFirst().close();
    }
  }

  @Test
  void mistypedAddressForgetsNothing() {
    cloud.claimed = true;
    start();
    var before = identity();
    var certificate = certificate();
    running.removeFirst().close();

    var elsewhere = start(settings("http://127.0.0.1:1"), keys, "X7K2M9P4QR");
    eventually(() -> assertThat(elsewhere.problem()).isPresent());
    assertThat(identities).isEmpty();
    running.removeFirst().close();
    var other = start(settings("http://127.0.0.1:1"), keys, "OTHER");
    eventually(() -> assertThat(other.problem()).isPresent());
    running.removeFirst().close();
    start();

    assertThat(identity()).isEqualTo(before);
    assertThat(certificate()).isEqualTo(certificate);
  }

  @Test
  void withoutACloudThereIsNothingToDo() {
    var enrolment = start(settings(""), keys, "X7K2M9P4QR");

    assertThat(enrolment.stage())
        .isEqualTo(new Stage.Off("no cloud is configured (device.cloud, api.builder)"));
    enrolment.wake();
    enrolment.release();
    enrolment.reset();
    assertThat(state.resolve("provision.json")).doesNotExist();
    assertThat(state.resolve("certs/device.next.pem")).doesNotExist();
  }

  @Test
  void stoppingDoesNotWaitForTheCloud() {
    cloud.trouble(REGISTER, Trouble.SILENCE);
    var enrolment = start();
    eventually(() -> assertThat(cloud.calls).hasSize(1));

    enrolment.close();

    assertThatThrownBy(enrolment::release)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("provisioning has been stopped");
  }

  @Test
  void cloudIsHealthyWhileItAnswersTheDevice() {
    cloud.claimed = true;
    var enrolment = start();
    var api = new AuthorisedApi(identity(), http, Trust.PLATFORM);
    assertThat(api.device()).isEqualTo("X7K2M9P4QR");
    enrolment.close();
    var now = new AtomicReference<>(Instant.parse("2026-06-01T00:00:00Z"));
    var check = new CloudCheck(now::get, List.of(api));
    assertThat(check.relative()).isTrue();
    assertThat(check.problems()).isEmpty();

    cloud.trouble("/api/tok/device/status", Trouble.UNAUTHORISED);
    var asked = cloud.calls.size();
    assertThat(check.problems()).as("it is not asked at once again").isEmpty();
    assertThat(cloud.calls).hasSize(asked);
    now.set(now.get().plusSeconds(2));
    assertThat(check.problems()).singleElement().asString().contains("the cloud answers 401");
    now.set(now.get().plusSeconds(2));
    assertThat(check.problems()).isEmpty();
    cloud.close();
    now.set(now.get().plusSeconds(2));
    assertThat(check.problems()).singleElement().asString().contains("does not answer");
  }

  @Test
  void deviceWithoutAnIdentityHasNoHealthyCloud() {
    assertThat(new CloudCheck(InstantSource.system(), List.of()).problems())
        .containsExactly("this device is not provisioned");
  }

  @Test
  void fingerprintOfTheAddressIsKeptWithTheAddress() throws IOException {
    cloud.claimed = true;
    var print = "ab".repeat(32);
    start(settings(cloud.url() + "#" + print), keys, "X7K2M9P4QR").wake();
    identity();
    assertThat(Files.readString(state.resolve("provision.json"))).contains(print);

    // Another one is kept, too, although nothing else has changed.
    running.forEach(Enrolment::close);
    running.clear();
    var other = "cd".repeat(32);
    start(settings(cloud.url() + "#" + other), keys, "X7K2M9P4QR").wake();
    identity();
    assertThat(Files.readString(state.resolve("provision.json"))).contains(other);
  }
}
