// SPDX-License-Identifier: Apache-2.0
package io.ioto.device;

import com.fasterxml.jackson.databind.JsonNode;
import io.ioto.api.device.Device;
import io.ioto.api.device.Resettable;
import io.ioto.json.Json5;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The device as the configuration describes it.
@Component(
    service = Device.class,
    configurationPid = "io.ioto.device",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class ConfiguredDevice implements Device {
  /// See `settings.json5`.
  public @interface Config {
    String device();

    String device_id();

    String device_product();
  }

  private static final Logger log = LoggerFactory.getLogger(ConfiguredDevice.class);

  private final Path state;
  private final String id;
  private final String product;
  private final Map<String, Object> attributes;
  private final Consumer<Consumer<Resettable>> resettables;

  @Activate
  public ConfiguredDevice(BundleContext context, Config config) {
    this(Path.of(context.getProperty("ioto.state")), config, work -> each(context, work));
  }

  /// @param resettables does something with each of them
  ConfiguredDevice(Path state, Config config, Consumer<Consumer<Resettable>> resettables) {
    this.state = state;
    this.resettables = resettables;
    var chosen = config.device_id();
    id =
        chosen.isEmpty() || chosen.equals("auto")
            ? new ClaimId(state.resolve("device.json"), new SecureRandom()).kept()
            : ClaimId.checked(chosen);
    product = config.device_product();
    attributes = attributes(config.device());
  }

  /// Looked up when needed: most of them need the device themselves, and a reference would make
  /// them all at the start.
  private static void each(BundleContext context, Consumer<Resettable> work) {
    try {
      for (var reference : context.getServiceReferences(Resettable.class, null)) {
        var resettable = context.getService(reference);
        if (resettable != null) {
          work.accept(resettable);
          context.ungetService(reference);
        }
      }
    } catch (InvalidSyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public Optional<String> product() {
    return product.isEmpty() ? Optional.empty() : Optional.of(product);
  }

  @Override
  public Map<String, Object> attributes() {
    return attributes;
  }

  @Override
  public Path state() {
    return state;
  }

  @Override
  public void reset() {
    log.warn("Factory reset");
    var failed = new IllegalStateException("the factory reset is not complete; repeat it");
    resettables.accept(
        resettable -> {
          try {
            resettable.reset();
          } catch (Exception e) {
            failed.addSuppressed(e);
          }
        });
    if (failed.getSuppressed().length > 0) {
      throw failed;
    }
  }

  private static Map<String, Object> attributes(String json) {
    var attributes = new LinkedHashMap<String, Object>();
    for (var entry : Json5.read(json, "device").properties()) {
      var value = entry.getValue();
      switch (value.getNodeType()) {
        case STRING -> attributes.put(entry.getKey(), value.textValue());
        case BOOLEAN -> attributes.put(entry.getKey(), value.booleanValue());
        case NUMBER -> attributes.put(entry.getKey(), number(value));
        default ->
            log.warn(
                "device.{} is passed over; expected text, a number, true or false", entry.getKey());
      }
    }
    attributes.keySet().removeAll(List.of("id", "product"));
    return Collections.unmodifiableMap(attributes);
  }

  private static Object number(JsonNode value) {
    if (value.canConvertToExactIntegral() && value.canConvertToLong()) {
      return value.longValue();
    }
    return value.doubleValue();
  }
}
