// SPDX-License-Identifier: Apache-2.0
package io.ioto.itests;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ioto.bench.Fleet;
import io.ioto.bench.Gateway;
import io.ioto.bench.Person;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What somebody reaches at the broker of a cloud with no certificate, with that of another
/// authority, of another device, of a device that was released, and with a right one: its own
/// device's topics and nothing else. The clients are those of Mosquitto.
class CertificateIT {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Pattern DEVICE = Pattern.compile("This device is (\\w+)");

  @TempDir Path folder;

  /// What a client came to.
  ///
  /// @param done whether it could do what it was told to
  private record Ended(boolean done, String output) {}

  @BeforeAll
  static void install() throws Exception {
    var tool = Path.of("/usr/bin/mosquitto_pub");
    if (!Files.isExecutable(tool) && "root".equals(System.getProperty("user.name"))) {
      start("apt-get", "update").waitFor();
      start("apt-get", "install", "-y", "--no-install-recommends", "mosquitto-clients").waitFor();
    }
    Assumptions.assumeTrue(
        Files.isExecutable(tool), "needs mosquitto_pub: apt-get install -y mosquitto-clients");
  }

  @Test
  void nobodyReachesWhatIsNotTheirOwn() throws Exception {
    try (var fleet = new Fleet();
        var operator = fleet.operator()) {
      fleet.claim();
      var mine = fleet.id();
      var setup = Gateway.Setup.fresh().environment("IOTO_JVM", "small");
      setup = setup.with(fleet.device().setup().arguments().toArray(String[]::new));
      try (var other = Gateway.start(setup)) {
        var yours = claim(operator, other);
        var key = item(operator, other, yours);
        var certificate = copy(fleet.device(), "mine.pem");

        assertTurnedAway(fleet, null, mine);
        assertTurnedAway(fleet, stranger(mine), mine);
        assertTurnedAway(fleet, copy(other, "yours.pem"), mine);
        // The device itself was not disturbed by those who wanted to be it.
        assertThat(fleet.seen(operator).path("online").asBoolean()).isTrue();
        assertThat(fleet.device().output().split("Connected to", -1)).hasSize(2);

        fleet.device().terminate();
        assertThat(publish(fleet, certificate, mine, own(mine), "{}").done()).isTrue();
        assertNothingHeard(fleet, operator, certificate, yours, key);
        assertNothingWritten(fleet, operator, certificate, yours, key);

        operator.call("/api/device/release", "{id: '%s'}".formatted(mine));
        assertTurnedAway(fleet, certificate, mine);
      } finally {
        setup.delete();
      }
    }
  }

  private static String claim(Person operator, Gateway device) throws Exception {
    var found = DEVICE.matcher(device.output());
    assertThat(found.find()).isTrue();
    var id = found.group(1);
    device.awaitLine(line -> line.contains("claim this device as " + id));
    operator.call("/api/device/claim", "{id: '%s'}".formatted(id));
    eventually(PATIENCE, () -> assertThat(device.output()).contains("Connected to"));
    return id;
  }

  /// Makes an item on a device and waits until the cloud has it.
  ///
  /// @return its key
  private static String item(Person operator, Gateway device, String id) throws Exception {
    var password = Pattern.compile("'admin' with the password '([^']+)'").matcher(device.output());
    assertThat(password.find()).isTrue();
    try (var owner = new Person(device.url(), "admin", password.group(1))) {
      owner.call("/api/Port/create", "{name: 'yours'}");
    }
    var keys = new ArrayList<String>();
    eventually(
        PATIENCE,
        () -> {
          Fleet.items(operator, id).stream()
              .filter(i -> i.path("item").path("name").asText().equals("yours"))
              .map(i -> i.path("key").asText())
              .forEach(keys::add);
          assertThat(keys).isNotEmpty();
        });
    return keys.getFirst();
  }

  /// It can neither connect nor publish, though it asks for nothing but its own.
  private void assertTurnedAway(Fleet fleet, @Nullable Path certificate, String id)
      throws Exception {
    var ended = publish(fleet, certificate, id, own(id), "{}");
    assertThat(ended.done()).as(ended.output()).isFalse();
  }

  private void assertNothingHeard(
      Fleet fleet, Person operator, Path certificate, String yours, String key) throws Exception {
    var output = folder.resolve("heard").toFile();
    var arguments = new ArrayList<>(tool("mosquitto_sub", fleet, certificate, fleet.id()));
    arguments.addAll(
        List.of("-v", "-W", "4", "-t", "ioto/device/%s/#".formatted(yours), "-t", "#"));
    var listener =
        new ProcessBuilder(arguments).redirectErrorStream(true).redirectOutput(output).start();
    for (var n = 0; n < 5; n++) {
      operator.call(
          "/api/item/update",
          "{device: '%s', key: '%s', item: {description: 'private %d'}}".formatted(yours, key, n));
    }
    assertThat(listener.waitFor(20, TimeUnit.SECONDS)).isTrue();
    var heard = Files.readString(output.toPath());
    assertThat(heard).contains("denied").doesNotContain("private");
  }

  private void assertNothingWritten(
      Fleet fleet, Person operator, Path certificate, String yours, String key) throws Exception {
    var change =
        """
        {"seq": 1, "changes": [{"cmd": "upsert", "key": "%s", "stamp": "%012x-0000-x",
         "item": {"_type": "Port", "name": "stolen"}}]}
        """
            .formatted(key, System.currentTimeMillis() + 60_000);
    var topic = "$aws/rules/IotoDevice/ioto/service/%s/db/syncToDynamo";
    assertThat(publish(fleet, certificate, fleet.id(), topic.formatted(yours), change).done())
        .isFalse();
    assertThat(names(Fleet.items(operator, yours))).contains("yours").doesNotContain("stolen");
    // The very same message is taken on its own topic: it is the topic that counts.
    assertThat(publish(fleet, certificate, fleet.id(), topic.formatted(fleet.id()), change).done())
        .isTrue();
    assertThat(names(fleet.items(operator))).contains("stolen");
  }

  private static List<String> names(List<JsonNode> items) {
    return items.stream().map(i -> i.path("item").path("name").asText()).toList();
  }

  private static String own(String id) {
    return "ioto/service/%s/test/ping".formatted(id);
  }

  private Path copy(Gateway device, String name) throws Exception {
    var certificate = device.setup().state().resolve("certs/device.pem");
    return Files.copy(certificate, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
  }

  /// A certificate that says all the right things, by nobody in particular.
  private Path stranger(String id) throws Exception {
    var file = folder.resolve("stranger.pem").toString();
    var process =
        start(
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=" + id,
            "-keyout",
            file + ".key",
            "-out",
            file);
    assertThat(process.waitFor()).isZero();
    Files.writeString(
        Path.of(file), Files.readString(Path.of(file)) + Files.readString(Path.of(file + ".key")));
    return Path.of(file);
  }

  private static Process start(String... command) throws Exception {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static List<String> tool(
      String name, Fleet fleet, @Nullable Path certificate, String client) throws Exception {
    var authority = fleet.cloud().setup().state().resolve("certs/authority-devices.pem");
    var command =
        new ArrayList<>(
            List.of(
                "/usr/bin/" + name,
                "-h",
                "127.0.0.1",
                "-p",
                String.valueOf(fleet.brokerPort()),
                "-V",
                "mqttv311",
                "-q",
                "1",
                "-i",
                client,
                "--cafile",
                authority.toString()));
    if (certificate != null) {
      command.addAll(List.of("--cert", certificate.toString(), "--key", certificate.toString()));
    }
    return command;
  }

  private Ended publish(
      Fleet fleet, @Nullable Path certificate, String client, String topic, String message)
      throws Exception {
    var command = new ArrayList<>(tool("mosquitto_pub", fleet, certificate, client));
    command.addAll(List.of("-t", topic, "-m", message));
    var output = folder.resolve("published").toFile();
    var process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
    // One that is cut off tries again for ever.
    var ended = process.waitFor(5, TimeUnit.SECONDS);
    process.destroyForcibly().waitFor();
    return new Ended(ended && process.exitValue() == 0, Files.readString(output.toPath()));
  }
}
