// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.broker;

import io.ioto.api.cloud.Broker;
import io.ioto.api.device.Identity.Endpoint;
import io.ioto.api.mqtt.DeliveryException;
import io.ioto.api.mqtt.Message;
import io.ioto.api.runtime.Timers;
import io.ioto.api.tls.Authorities;
import io.ioto.api.tls.DeviceKeys;
import io.ioto.api.tls.Tls;
import io.ioto.journal.JournalException;
import java.io.IOException;
import java.util.Set;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Listens for devices and publishes the broker. At start an endpoint that cannot be bound ends
/// the process.
@Component(
    service = Broker.class,
    immediate = true,
    configurationPid = "io.ioto.cloud-broker",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class MqttBroker implements Broker {
  /// The section `broker`; see `settings.json5`.
  public @interface Config {
    String listen();

    String[] names();

    String host();

    int port();

    String authority();

    long validity();

    String folder();

    long timeouts_handshake();

    long timeouts_keepAlive();

    int limits_connections();

    int limits_rate();

    int limits_backlog();

    long limits_packet();

    long limits_topic();

    int limits_levels();

    long limits_client();

    int limits_subscriptions();

    int limits_inflight();

    int limits_sessions();

    int limits_queue();

    long limits_queued();

    long limits_waiting();

    int limits_retained();

    long limits_retainedSize();

    long swap_grace();

    long swap_drain();

    long swap_stop();
  }

  private static final Logger log = LoggerFactory.getLogger(MqttBroker.class);

  /// System property: why the process ends, for the launcher to print.
  private static final String FATAL = "ioto.fatal";

  /// System property: whether the endpoint of this process has ever been open.
  private static final String OPENED = "ioto.broker.listening";

  private final Settings settings;
  private final Certificate certificate;
  private final Refusals refusals = new Refusals();
  private final Sessions sessions;
  private final Providers providers;
  private final Attendance attendance;
  private final Door door;
  private final Timers.Timer renewal;
  private final Thread wills;
  private volatile boolean stopping;

  /// @throws JournalException when what waits for devices cannot be read
  /// @throws IOException when the endpoint cannot be bound
  @Activate
  public MqttBroker(
      BundleContext context,
      @Reference Authorities authorities,
      @Reference DeviceKeys keys,
      @Reference Tls tls,
      @Reference Timers timers,
      Config config)
      throws IOException {
    settings = Settings.of(config, !"false".equals(context.getProperty("ioto.timeouts")));
    certificate = new Certificate(authorities, keys, tls, settings);
    sessions = new Sessions(settings.folder(), settings.limits(), refusals);
    providers = new Providers(context, settings);
    attendance = new Attendance(context, settings.drain());
    var topics = new Topics(settings.limits().topic(), settings.limits().levels());
    var common = new Link.Common(settings, topics, sessions, providers, attendance, refusals);
    // Those of devices that were connected when this broker was last stopped.
    var untold = sessions.wills();
    try {
      door = new Door(common, certificate);
    } catch (IOException e) {
      attendance.close();
      providers.close();
      sessions.close();
      giveUp(context, e);
      throw e;
    }
    System.setProperty(OPENED, "true");
    renewal = timers.every(settings.validity().dividedBy(3), "broker-certificate", this::renew);
    wills =
        Thread.ofVirtual()
            .name("broker-wills")
            .start(() -> untold.forEach((s, will) -> common.tell(s, will, () -> !stopping)));
    log.info("Devices connect to {}", endpoint());
  }

  private void giveUp(BundleContext context, IOException e) {
    var message = "Cannot listen on %s: %s".formatted(settings.listen(), e.getMessage());
    log.error("{}", message);
    if (!Boolean.getBoolean(OPENED)) {
      System.setProperty(FATAL, message);
      try {
        context.getBundle(0).stop();
      } catch (BundleException impossible) {
        throw new IllegalStateException(message, impossible);
      }
    }
  }

  private void renew() {
    try {
      certificate.renew();
      log.info("The certificate of the broker has been renewed");
    } catch (RuntimeException e) {
      log.error("The certificate of the broker cannot be renewed", e);
    }
  }

  @Override
  public Endpoint endpoint() {
    var port = settings.port() == 0 ? door.port() : settings.port();
    return new Endpoint(settings.host(), port, Certificate.PROTOCOLS[0], certificate.authority());
  }

  @Override
  public void publish(Message message) {
    sessions.publish(message);
  }

  @Override
  public Set<String> online() {
    return attendance.online();
  }

  @Override
  public void drop(String device) {
    try {
      var dropped = sessions.drop(device);
      if (dropped != null && dropped.owner() instanceof Link link) {
        link.close();
      }
    } catch (JournalException e) {
      throw new DeliveryException(
          DeliveryException.Reason.STORAGE,
          "the session of '%s' stays: %s".formatted(device, e.getMessage()),
          e);
    }
    attendance.look(device, () -> sessions.connected(device));
  }

  /// What was refused since it started.
  Refusals refusals() {
    return refusals;
  }

  /// How many messages wait for a device.
  int waiting(String device) {
    return sessions.waiting(device);
  }

  /// Takes nothing more, lets what is being taken be finished, and closes.
  @Deactivate
  public void close() {
    stopping = true;
    renewal.close();
    wills.interrupt();
    door.close(settings.stop());
    try {
      wills.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    attendance.close();
    providers.close();
    sessions.close();
    if (!refusals.toString().isEmpty()) {
      log.info("The broker has refused: {}", refusals);
    }
  }
}
