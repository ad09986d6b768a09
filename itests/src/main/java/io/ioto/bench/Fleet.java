// SPDX-License-Identifier: Apache-2.0
package io.ioto.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/// A device cloud and one device, each a process of its own, started from the distribution; either
/// can be killed and started again.
public final class Fleet implements AutoCloseable {
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
  public Fleet() throws IOException, InterruptedException {
    this((_, setup) -> setup);
  }

  /// Sets the device up.
  public interface Preparation {
    /// Changes how it is started.
    ///
    /// @param configuration a folder of configuration, of its own
    Gateway.Setup prepare(Path configuration, Gateway.Setup setup) throws IOException;
  }

  /// Starts both, the device with something of its own.
  public Fleet(Preparation preparation) throws IOException, InterruptedException {
    cloudSetup = cloudSetup();
    cloud = Gateway.start(cloudSetup);
    var register = REGISTER.matcher(cloud.awaitLine(l -> REGISTER.matcher(l).find()));
    if (!register.find()) {
      throw new IllegalStateException("the cloud does not say how devices register");
    }
    cloudPassword = found(PASSWORD, cloud.output());
    var address = register.group(1);
    var publishing = PUBLISH.matcher(cloud.awaitLine(l -> PUBLISH.matcher(l).find()));
    if (!publishing.find()) {
      throw new IllegalStateException("the cloud does not say how releases are published");
    }
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
  public static Path configuration(Path shipped, Path copy) throws IOException {
    var port = Gateway.freePort();
    return configuration(
        shipped, copy, "{ broker: { listen: 'mqtts://127.0.0.1:%d' } }".formatted(port));
  }

  /// A copy of a configuration.
  ///
  /// @param local what its `local.json5` says
  public static Path configuration(Path shipped, Path copy, String local) throws IOException {
    copy(shipped, copy);
    Files.writeString(copy.resolve("local.json5"), local);
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
    if (!matcher.find()) {
      throw new IllegalStateException("no %s in: %s".formatted(pattern, text));
    }
    return matcher.group(1);
  }

  public String id() {
    return id;
  }

  public Gateway cloud() {
    return cloud;
  }

  public Gateway device() {
    return device;
  }

  public URI cloudPage() {
    return cloudSetup.url();
  }

  /// Where the broker listens.
  public int brokerPort() throws IOException {
    var config = Files.readString(cloudSetup.state().resolve("config/local.json5"));
    return Integer.parseInt(found(Pattern.compile("127\\.0\\.0\\.1:(\\d+)"), config));
  }

  public String cloudPassword() {
    return cloudPassword;
  }

  public String devicePassword() {
    return devicePassword;
  }

  /// Options of `release publish`, to publish in the cloud.
  public List<String> publish() {
    return publish;
  }

  public Person operator() throws IOException, InterruptedException {
    return new Person(cloudSetup.url(), "admin", cloudPassword);
  }

  public Person owner() throws IOException, InterruptedException {
    return new Person(deviceSetup.url(), "admin", devicePassword);
  }

  /// Claims the device and waits until it is online.
  public void claim() throws IOException, InterruptedException {
    try (var operator = operator()) {
      operator.call("/api/device/claim", "{id: '%s'}".formatted(id));
      awaitOnline(operator);
    }
  }

  /// Waits a minute for the device to be connected.
  public void awaitOnline(Person operator) throws IOException, InterruptedException {
    for (var deadline = System.nanoTime() + 60_000_000_000L; ; LockSupport.parkNanos(20_000_000)) {
      if (seen(operator).path("online").asBoolean()) {
        return;
      }
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("the device does not connect:\n" + device.log());
      }
    }
  }

  /// The power of the device fails, and comes back; it remembers its cloud.
  public void restartDevice() throws IOException, InterruptedException {
    killDevice();
    device.awaitReady();
  }

  /// The same, without waiting until it is ready again.
  public void killDevice() throws IOException, InterruptedException {
    device.kill();
    device.close();
    var arguments = new ArrayList<>(deviceSetup.arguments());
    var at = arguments.indexOf("--cloud");
    arguments.subList(at, at + 2).clear();
    device = Gateway.launch(deviceSetup.with(arguments.toArray(String[]::new)));
  }

  /// The same of the cloud, its broker included.
  public void restartCloud() throws IOException, InterruptedException {
    cloud.kill();
    cloud.close();
    cloud = Gateway.start(cloudSetup);
  }

  /// What the cloud knows of the device.
  public JsonNode seen(Person operator) throws IOException, InterruptedException {
    return StreamSupport.stream(
            operator.call("/api/device/find", "{}").path("data").spliterator(), false)
        .filter(row -> row.path("id").asText().equals(id))
        .findFirst()
        .orElseThrow();
  }

  /// The items of the device that the cloud has.
  public List<JsonNode> items(Person operator) throws IOException, InterruptedException {
    return items(operator, id);
  }

  /// The items of a device that the cloud has.
  public static List<JsonNode> items(Person operator, String id)
      throws IOException, InterruptedException {
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

  /// Names of the ports on a device.
  public static Set<String> names(Person owner) throws IOException, InterruptedException {
    var names = new TreeSet<String>();
    var next = "";
    do {
      var page =
          owner.call("/api/Port/find", next.isEmpty() ? "{}" : "{next: '%s'}".formatted(next));
      page.path("data").forEach(p -> names.add(p.path("name").asText()));
      next = page.path("next").asText();
    } while (!next.isEmpty());
    return names;
  }

  /// The item of a model with that name.
  public Optional<JsonNode> item(Person operator, String name)
      throws IOException, InterruptedException {
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
