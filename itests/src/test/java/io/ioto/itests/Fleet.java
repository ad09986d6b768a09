// SPDX-License-Identifier: Apache-2.0
package io.ioto.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ioto.bench.Gateway;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/// A device cloud and one device, each a process of its own, started from the distribution; either
/// can be killed and started again.
final class Fleet implements AutoCloseable {
  private static final Pattern PASSWORD =
      Pattern.compile("'admin'(?: with the|, the) password:? '?([^';\\s]+)");
  private static final Pattern DEVICE = Pattern.compile("This device is (\\w+)");
  private static final Pattern REGISTER =
      Pattern.compile("Devices register with: --cloud (\\S+) --product (\\S+)");

  private static final Pattern PUBLISH =
      Pattern.compile("Releases are published with: --cloud (\\S+) --token-file (\\S+)");

  private final Gateway.Setup cloudSetup;
  private final Gateway.Setup deviceSetup;
  private final String cloudPassword;
  private final String devicePassword;
  private final String id;
  private final List<String> publish;
  private Gateway cloud;
  private Gateway device;

  /// Starts both; the device has registered then.
  Fleet() throws Exception {
    this((_, setup) -> setup);
  }

  /// Sets the device up.
  interface Preparation {
    /// Changes how it is started.
    ///
    /// @param configuration a folder of configuration, of its own
    Gateway.Setup prepare(Path configuration, Gateway.Setup setup) throws IOException;
  }

  /// Starts both, the device with something of its own.
  Fleet(Preparation preparation) throws Exception {
    cloudSetup = cloudSetup();
    cloud = Gateway.start(cloudSetup);
    var register = REGISTER.matcher(cloud.awaitLine(l -> REGISTER.matcher(l).find()));
    assertThat(register.find()).isTrue();
    cloudPassword = found(PASSWORD, cloud.output());
    var address = register.group(1);
    var publishing = PUBLISH.matcher(cloud.awaitLine(l -> PUBLISH.matcher(l).find()));
    assertThat(publishing.find()).isTrue();
    publish = List.of("--cloud", address, "--token-file", publishing.group(2));
    deviceSetup = deviceSetup(address, register.group(2), preparation);
    device = Gateway.start(deviceSetup);
    id = found(DEVICE, device.output());
    devicePassword = found(PASSWORD, device.output());
    device.awaitLine(line -> line.contains("claim this device as " + id));
  }

  private static Gateway.Setup cloudSetup() throws IOException {
    var fresh = Gateway.Setup.fresh().environment("IOTO_JVM", "small");
    var config =
        configuration(
            fresh.home().resolve("runtime-config/cloud"), fresh.state().resolve("config"));
    var https = "https://127.0.0.1:" + Gateway.freePort();
    return fresh.with("--profile", "dev", "--config", config.toString(), "--listen", https);
  }

  private static Gateway.Setup deviceSetup(String cloud, String product, Preparation preparation)
      throws IOException {
    var fresh = Gateway.Setup.fresh().environment("IOTO_JVM", "small");
    var config =
        copy(fresh.home().resolve("runtime-config"), fresh.state().resolve("device-config"));
    return preparation.prepare(
        config,
        fresh.with(
            "--profile",
            "dev",
            "--config",
            config.toString(),
            "--cloud",
            cloud,
            "--product",
            product));
  }

  /// A copy of the configuration of a cloud, whose broker has a port that nobody else has.
  static Path configuration(Path shipped, Path copy) throws IOException {
    copy(shipped, copy);
    Files.writeString(
        copy.resolve("local.json5"),
        "{ broker: { listen: 'mqtts://127.0.0.1:%d' } }".formatted(Gateway.freePort()));
    return copy;
  }

  private static Path copy(Path shipped, Path copy) throws IOException {
    Files.createDirectories(copy);
    try (var files = Files.list(shipped)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    return copy;
  }

  private static String found(Pattern pattern, String text) {
    var matcher = pattern.matcher(text);
    assertThat(matcher.find()).as("%s in %s", pattern, text).isTrue();
    return matcher.group(1);
  }

  String id() {
    return id;
  }

  Gateway cloud() {
    return cloud;
  }

  Gateway device() {
    return device;
  }

  URI cloudPage() {
    return cloudSetup.url();
  }

  String cloudPassword() {
    return cloudPassword;
  }

  /// Options of `release publish`, to publish in the cloud.
  List<String> publish() {
    return publish;
  }

  Person operator() throws IOException, InterruptedException {
    return new Person(cloudSetup.url(), "admin", cloudPassword);
  }

  Person owner() throws IOException, InterruptedException {
    return new Person(deviceSetup.url(), "admin", devicePassword);
  }

  /// The power of the device fails, and comes back; it remembers its cloud.
  void restartDevice() throws IOException, InterruptedException {
    device.kill();
    device.close();
    var arguments = new ArrayList<>(deviceSetup.arguments());
    var at = arguments.indexOf("--cloud");
    arguments.subList(at, at + 2).clear();
    device = Gateway.start(deviceSetup.with(arguments.toArray(String[]::new)));
  }

  /// The same of the cloud, its broker included.
  void restartCloud() throws IOException, InterruptedException {
    cloud.kill();
    cloud.close();
    cloud = Gateway.start(cloudSetup);
  }

  /// What the cloud knows of the device.
  JsonNode seen(Person operator) throws IOException, InterruptedException {
    return StreamSupport.stream(
            operator.call("/api/device/find", "{}").path("data").spliterator(), false)
        .filter(row -> row.path("id").asText().equals(id))
        .findFirst()
        .orElseThrow();
  }

  /// The items of the device that the cloud has.
  List<JsonNode> items(Person operator) throws IOException, InterruptedException {
    var all = new ArrayList<JsonNode>();
    var after = "";
    while (true) {
      var page =
          operator.call(
              "/api/item/find", "{\"device\": \"%s\", \"after\": \"%s\"}".formatted(id, after));
      page.path("data").forEach(all::add);
      if (!page.has("next")) {
        return all;
      }
      after = page.path("next").asText();
    }
  }

  /// The item of a model with that name.
  Optional<JsonNode> item(Person operator, String name) throws IOException, InterruptedException {
    return items(operator).stream()
        .filter(i -> i.path("item").path("name").asText().equals(name))
        .findFirst();
  }

  @Override
  public void close() throws IOException {
    device.close();
    cloud.close();
    deviceSetup.delete();
    cloudSetup.delete();
  }
}
