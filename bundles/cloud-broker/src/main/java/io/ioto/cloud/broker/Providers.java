// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.broker;

import io.ioto.api.cloud.Admission;
import io.ioto.api.cloud.Inbox;
import io.ioto.api.mqtt.Message;
import io.ioto.api.runtime.Seat;
import io.ioto.api.runtime.ServiceSeat;
import io.ioto.api.runtime.VacantException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who decides on devices and who takes what they send, through seats, so that both may be swapped
/// while devices are connected. May be shared between threads.
final class Providers implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Providers.class);

  private final ServiceSeat<Admission> admission;
  private final ServiceSeat<Inbox> inbox;
  private final Set<Thread> inside = ConcurrentHashMap.newKeySet();

  Providers(BundleContext context, Settings settings) {
    // One caller per connection, and one for wills.
    var patience = new Seat.Patience(settings.grace(), settings.limits().connections() + 1);
    admission = new ServiceSeat<>(context, filter(Admission.class), patience, settings.drain());
    inbox = new ServiceSeat<>(context, filter(Inbox.class), patience, settings.drain());
  }

  private static Filter filter(Class<?> type) {
    try {
      return FrameworkUtil.createFilter("(objectClass=%s)".formatted(type.getName()));
    } catch (InvalidSyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /// Asks whether a device may connect.
  ///
  /// @throws Breach `UNAVAILABLE` when nobody could say
  Optional<Admission.Guest> admit(String client, X509Certificate certificate) throws Breach {
    try {
      return admission.call(a -> a.admit(client, certificate));
    } catch (VacantException e) {
      throw new Breach(Refusal.UNAVAILABLE, "nobody admits devices: " + e.getMessage());
    } catch (RuntimeException | LinkageError e) {
      log.warn("Nobody knows whether '{}' may connect", client, e);
      throw new Breach(Refusal.UNAVAILABLE, e.toString());
    }
  }

  /// Hands over what a device sent; waits for somebody to take it as long as that makes sense.
  ///
  /// @param wanted whether it still does
  /// @return false when it did not any more
  /// @throws Breach `INBOX` when it was not taken
  boolean receive(String device, Message message, BooleanSupplier wanted)
      throws Breach, InterruptedException {
    while (wanted.getAsBoolean()) {
      try {
        return inbox.call(
            i -> {
              inside.add(Thread.currentThread());
              try {
                i.receive(device, message);
                return true;
              } finally {
                inside.remove(Thread.currentThread());
              }
            });
      } catch (VacantException e) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        log.debug("A message of '{}' waits: {}", device, e.getMessage());
      } catch (InterruptedException e) {
        throw e;
      } catch (Exception | LinkageError e) {
        log.warn("The cloud did not take {} of '{}'", message, device, e);
        throw new Breach(Refusal.INBOX, "%s was not taken: %s".formatted(message, e));
      }
    }
    return false;
  }

  /// Whether a message that this thread handed over is being taken at present.
  boolean inside(Thread thread) {
    return inside.contains(thread);
  }

  @Override
  public void close() {
    admission.close();
    inbox.close();
  }
}
