// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud;

import io.ioto.api.cloud.Store;
import io.ioto.api.cloud.StoreException;
import io.ioto.cloud.Device.State;
import io.ioto.cloud.RegistryException.Reason;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;

/// Which devices and products there are, and whose they are. Every step can be repeated, and none
/// is done before it is stored. May be shared between threads, and between clouds on one store.
@Component(
    service = Registry.class,
    configurationPid = "io.ioto.cloud",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class Registry {
  /// What somebody who knows the product's token may register.
  record Registration(String id, String product, String key, Map<String, Object> attributes) {}

  /// What the issuer made of a request.
  ///
  /// @param digest SHA-256 of the certificate
  /// @param key SHA-256 of its public key
  record Issued(String pem, String digest, String key) {}

  private static final String PRODUCT = "product";
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final Pattern KEY = Pattern.compile("[0-9a-f]{64}");
  private static final int ATTEMPTS = 20;

  /// As many certificates of one device are let in until the newest has been used.
  private static final int CERTIFICATES = 4;

  private final Store store;
  private final Tokens tokens;
  private final InstantSource clock;

  /// The secret from which tokens are made is in the state folder.
  @Activate
  public Registry(@Reference Store store, BundleContext context) {
    this(
        store,
        Tokens.of(Path.of(context.getProperty("ioto.state"), "cloud", "secret")),
        InstantSource.system());
  }

  Registry(Store store, Tokens tokens, InstantSource clock) {
    this.store = store;
    this.tokens = tokens;
    this.clock = clock;
  }

  /// Makes a product whose devices may register.
  ///
  /// @param token what they register with; only its digest is kept
  void product(String name, String token) {
    store.commit(
        List.of(
            new Store.Step.Put(
                PRODUCT,
                Tokens.digest(token),
                Map.of("name", name, "created", clock.instant()),
                Store.ABSENT)));
  }

  /// Whether any product has been made.
  boolean anyProduct() {
    return !store.list(PRODUCT, "", "", 1).isEmpty();
  }

  /// Makes a device known, or hears of it again.
  ///
  /// @return its token, once somebody has claimed it
  Optional<String> register(Registration registration) {
    if (!ID.matcher(registration.id()).matches()) {
      throw new RegistryException(
          Reason.INVALID, "'id' is no device id: expected 1 to 64 letters, digits, - and _");
    }
    if (!KEY.matcher(registration.key()).matches()) {
      throw new RegistryException(
          Reason.INVALID, "'key' is no SHA-256: expected 64 lower-case hex digits");
    }
    if (store.get(PRODUCT, Tokens.digest(registration.product())).isEmpty()) {
      throw new RegistryException(Reason.UNAUTHORISED, "The product token is unknown");
    }
    var device =
        change(registration.id(), this::fresh, present -> registered(present, registration));
    return device.account().isEmpty()
        ? Optional.empty()
        : Optional.of(tokens.device(device.id(), device.claims()));
  }

  private Device registered(Device present, Registration registration) {
    var product = Tokens.digest(registration.product());
    return switch (present.state()) {
      case REGISTERED -> present.describing(product, registration.key(), registration.attributes());
      // It has lost its token before it could say that it left.
      case RELEASED ->
          present.key().equals(registration.key())
              ? present
              : present
                  .forgotten()
                  .describing(product, registration.key(), registration.attributes());
      case CLAIMED, PROVISIONED -> {
        if (!present.key().equals(registration.key())) {
          throw new RegistryException(
              Reason.KEY,
              "The device was claimed with another key; release it before it registers anew");
        }
        yield present.describing(product, present.key(), registration.attributes());
      }
    };
  }

  private Device fresh(String id) {
    return new Device(
        id,
        Store.ABSENT,
        State.REGISTERED,
        "",
        "",
        "",
        0,
        List.of(),
        Map.of(),
        clock.instant().toString());
  }

  /// Gives a device to an account. Doing it twice is no error.
  Device claim(String id, String account) {
    return change(
        id,
        device -> {
          if (device.state() == State.REGISTERED) {
            return device.claimedBy(account);
          }
          if (device.state() == State.RELEASED) {
            throw new RegistryException(
                Reason.STATE,
                "Device %s has been released and has not heard of it yet".formatted(id));
          }
          if (!device.account().equals(account)) {
            throw new RegistryException(
                Reason.STATE, "Device %s belongs to another account".formatted(id));
          }
          return device;
        });
  }

  /// Takes note of a certificate that is about to be handed to its device.
  Device certify(String id, String token, Issued issued) {
    return change(
        id,
        device -> {
          authorise(device, token);
          if (device.state() == State.RELEASED) {
            throw new RegistryException(Reason.STATE, "Device %s has been released".formatted(id));
          }
          if (device.certificates().isEmpty() && !device.key().equals(issued.key())) {
            throw new RegistryException(
                Reason.KEY, "The request is for another key than the device was claimed with");
          }
          var certified = device.certified(issued.digest());
          var all = certified.certificates();
          return all.size() <= CERTIFICATES
              ? certified
              : certified.certified(all.subList(all.size() - CERTIFICATES, all.size()));
        });
  }

  /// The device whose token this is, also when it has been released.
  ///
  /// @throws RegistryException `UNAUTHORISED`
  Device authorise(String id, String token) {
    var device = get(id);
    if (device.isEmpty()) {
      throw unauthorised();
    }
    authorise(device.get(), token);
    return device.get();
  }

  private void authorise(Device device, String token) {
    if (device.account().isEmpty()
        || !Tokens.same(tokens.device(device.id(), device.claims()), token)) {
      throw unauthorised();
    }
  }

  private static RegistryException unauthorised() {
    return new RegistryException(Reason.UNAUTHORISED, "The token is not that of this device");
  }

  /// The owner gives the device up: its certificates are worth nothing from now on.
  Device release(String id) {
    return change(
        id,
        device ->
            switch (device.state()) {
              case CLAIMED, PROVISIONED -> device.released();
              case REGISTERED, RELEASED -> device;
            });
  }

  /// The device has left.
  void forget(String id, String token) {
    change(
        id,
        device -> {
          authorise(device, token);
          return device.forgotten();
        });
  }

  /// The owner of a device that shows a certificate, if it is let in. Those older than the newest
  /// are worth nothing any more once that has been shown.
  Optional<Device> admit(String id, String certificate) {
    var device = get(id);
    if (device.isEmpty()
        || device.get().state() != State.PROVISIONED
        || !device.get().certificates().contains(certificate)) {
      return Optional.empty();
    }
    var certificates = device.get().certificates();
    if (certificates.size() > 1 && certificates.getLast().equals(certificate)) {
      return Optional.of(
          change(
              id,
              d ->
                  d.certificates().getLast().equals(certificate)
                      ? d.certified(List.of(certificate))
                      : d));
    }
    return device;
  }

  /// A device.
  Optional<Device> get(String id) {
    return store.get(Device.KIND, id).map(Device::of);
  }

  /// Devices in the order of their ids.
  List<Device> list(String after, int limit) {
    return store.list(Device.KIND, "", after, limit).stream().map(Device::of).toList();
  }

  private Device change(String id, Function<Device, Device> how) {
    return change(
        id,
        missing -> {
          throw new RegistryException(Reason.UNKNOWN, "There is no device " + missing);
        },
        how);
  }

  /// Changes a record, again from the start where somebody else has changed it meanwhile.
  private Device change(
      String id, Function<String, Device> otherwise, Function<Device, Device> how) {
    for (var attempt = 1; ; attempt++) {
      var before = get(id).orElseGet(() -> otherwise.apply(id));
      var after = how.apply(before);
      if (after.equals(before) && before.version() != Store.ABSENT) {
        return before;
      }
      try {
        store.commit(List.of(after.step()));
        return after;
      } catch (StoreException e) {
        if (e.reason() != StoreException.Reason.CONFLICT || attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }
}
