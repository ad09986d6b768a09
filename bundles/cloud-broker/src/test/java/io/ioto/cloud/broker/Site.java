// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.broker;

import io.ioto.api.cloud.Admission;
import io.ioto.api.cloud.Inbox;
import io.ioto.api.mqtt.Message;
import io.ioto.api.runtime.Timers;
import io.ioto.api.tls.Authorities;
import io.ioto.api.tls.Trust;
import io.ioto.testing.Sections;
import io.ioto.tls.FileAuthorities;
import io.ioto.tls.FileKeys;
import io.ioto.tls.PemTls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.SSLContext;
import org.apache.felix.framework.FrameworkFactory;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.launch.Framework;

/// A broker with everything around it: real keys, a real service registry, a cloud that admits
/// every device to the account `acme` and keeps what devices send.
final class Site {
  /// What devices have sent, as "DEVICE TOPIC TEXT".
  final BlockingQueue<String> received = new LinkedBlockingQueue<>();

  private final Map<String, SSLContext> devices = new HashMap<>();
  private final Path folder;
  private Path state;
  private final Framework framework;
  private final FileAuthorities authorities;
  private final FileKeys things;
  private final PemTls thingsTls;
  private final FileKeys keys;
  private final PemTls tls;
  private @Nullable ServiceRegistration<Admission> admission;
  private @Nullable ServiceRegistration<Inbox> inbox;
  private volatile @Nullable MqttBroker broker;
  private @Nullable Runnable renewal;

  Site(Path folder) throws Exception {
    this.folder = folder;
    state = folder;
    framework =
        new FrameworkFactory()
            .newFramework(Map.of("org.osgi.framework.storage", folder.resolve("felix").toString()));
    framework.start();
    authorities =
        new FileAuthorities(
            Sections.config(FileAuthorities.Config.class, "io.ioto.tls", folder, "{}"));
    keys = new FileKeys(Sections.config(FileKeys.Config.class, "io.ioto.tls", folder, "{}"));
    tls = new PemTls(Sections.config(PemTls.Config.class, "io.ioto.tls", folder, "{}"));
    things =
        new FileKeys(
            Sections.config(FileKeys.Config.class, "io.ioto.tls", folder, "{folder: 'things'}"));
    thingsTls =
        new PemTls(
            Sections.config(PemTls.Config.class, "io.ioto.tls", folder, "{folder: 'things'}"));
  }

  /// As new, with the state of the broker in a folder.
  void begin(Path state) {
    this.state = state;
    received.clear();
    admit((client, _) -> Optional.of(new Admission.Guest(client, "acme")));
    takeAll();
  }

  /// Stops the broker if one runs.
  void end() {
    var running = broker;
    if (running != null) {
      running.close();
      broker = null;
    }
  }

  BundleContext context() {
    return framework.getBundleContext();
  }

  MqttBroker broker() {
    var running = broker;
    if (running == null) {
      throw new IllegalStateException("no broker runs");
    }
    return running;
  }

  int port() {
    return broker().endpoint().port();
  }

  MqttBroker start(String settings) throws IOException {
    return start(state, settings);
  }

  /// Listens elsewhere.
  MqttBroker startOn(String url) throws IOException {
    return make(state, "{listen: '" + url + "'}");
  }

  private MqttBroker start(Path root, String settings) throws IOException {
    return make(root, settings.replaceFirst("\\{", "{listen: 'mqtts://127.0.0.1:0',"));
  }

  private MqttBroker make(Path root, String text) throws IOException {
    var config = Sections.config(MqttBroker.Config.class, "io.ioto.cloud-broker", root, text);
    var made = new MqttBroker(context(), authorities, keys, tls, new OneTimer(), config);
    broker = made;
    return made;
  }

  MqttBroker start() throws IOException {
    return start("{}");
  }

  void stop() {
    broker().close();
    broker = null;
  }

  /// Goes on with what the disk holds at this instant, as after a crash. The broker before runs on
  /// for itself, and can do what it likes.
  MqttBroker crash() throws IOException {
    var copy = Files.createTempDirectory(state, "crash");
    var journal = Files.createDirectories(copy.resolve("state/broker"));
    try (var files = Files.list(state.resolve("state/broker"))) {
      for (var file :
          files.filter(f -> f.getFileName().toString().startsWith("journal")).toList()) {
        Files.copy(file, journal.resolve(file.getFileName().toString()));
      }
    }
    return start(copy, "{}");
  }

  /// Has the broker renew its certificate.
  void renew() {
    if (renewal != null) {
      renewal.run();
    }
  }

  private void keep(String device, Message message) {
    received.add("%s %s %s".formatted(device, message.topic(), message.text()));
  }

  /// Puts another decision in place of the one before.
  void admit(Admission decision) {
    admitNobody();
    admission = context().registerService(Admission.class, decision, null);
  }

  /// Leaves nobody who decides.
  void admitNobody() {
    if (admission != null) {
      admission.unregister();
      admission = null;
    }
  }

  /// Puts another inbox in place of the one before.
  void take(Inbox other) {
    absent();
    inbox = context().registerService(Inbox.class, other, null);
  }

  /// Puts back the inbox that keeps everything.
  void takeAll() {
    take(this::keep);
  }

  /// Leaves no inbox at all.
  void absent() {
    if (inbox != null) {
      inbox.unregister();
      inbox = null;
    }
  }

  /// The credentials of a device, issued by the authority of the cloud.
  SSLContext device(String id) {
    return devices.computeIfAbsent(id, i -> device(i, "devices", Duration.ofDays(1)));
  }

  SSLContext device(String id, String authority, Duration validity) {
    var name = id.toLowerCase(java.util.Locale.ROOT) + "-" + authority;
    things.install(
        name,
        authorities.issue(
            authority, things.request(name, id), new Authorities.Grant(id, Set.of(), validity)));
    return thingsTls.client(trust(), name);
  }

  /// The files of these credentials for other programs: authority, key and certificate.
  List<Path> files(String id) throws IOException {
    device(id);
    var authority = Files.writeString(folder.resolve("authority.pem"), authorityText());
    return List.of(authority, folder.resolve("things/" + id + "-devices.pem"));
  }

  /// One that shows no certificate.
  SSLContext nobody() {
    return thingsTls.client(trust());
  }

  private Trust trust() {
    return new Trust.Authorities(authorityText());
  }

  private String authorityText() {
    return authorities.certificate("devices");
  }

  /// A device that has its TLS connection and no more.
  Raw open(String id) throws IOException {
    return new Raw(device(id), port());
  }

  /// A device that is connected, with a persistent session.
  Raw connect(String id) throws IOException {
    var raw = open(id);
    raw.connect(id);
    return raw;
  }

  void close() throws Exception {
    end();
    framework.stop();
    framework.waitForStop(0);
  }

  /// Remembers the one timer that a broker sets.
  private final class OneTimer implements Timers {
    @Override
    public Timer after(Duration delay, String name, Runnable work) {
      throw new UnsupportedOperationException(name);
    }

    @Override
    public Timer every(Duration period, String name, Runnable work) {
      renewal = work;
      return new Timer() {
        @Override
        public void fire() {
          work.run();
        }

        @Override
        public void close() {
          renewal = null;
        }
      };
    }

    @Override
    public InstantSource clock() {
      return InstantSource.system();
    }
  }
}
