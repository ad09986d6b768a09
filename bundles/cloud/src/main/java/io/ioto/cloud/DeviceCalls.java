// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ioto.api.tls.Authorities;
import io.ioto.api.web.Exchange;
import io.ioto.api.web.Handler;
import io.ioto.api.web.HttpException;
import io.ioto.api.web.Router;
import io.ioto.api.web.Routes;
import io.ioto.json.Mapper;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;

/// What devices call; `docs/cloud-protocol.md` says what each call does.
@Component(
    service = Routes.class,
    configurationPid = "io.ioto.cloud",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class DeviceCalls implements Routes {
  /// See `settings.json5`.
  public @interface Config {
    long certificate_validity();

    long refusal_delay();
  }

  /// The authority that devices and the broker have in common.
  static final String AUTHORITY = "devices";

  private static final String BEARER = "bearer ";

  /// What the protocol knows by name; the rest are attributes of the device.
  private static final Set<String> NAMED =
      Set.of("id", "product", "key", "created", "account", "cloud");

  private final Registry registry;
  private final Authorities authorities;
  private final Courier courier;
  private final Duration validity;
  private final Duration delay;
  private final ObjectMapper mapper = Mapper.create();

  @Activate
  public DeviceCalls(
      @Reference Registry registry,
      @Reference Authorities authorities,
      @Reference Courier courier,
      Config config) {
    this.registry = registry;
    this.authorities = authorities;
    this.courier = courier;
    validity = Duration.ofMillis(config.certificate_validity());
    delay = Duration.ofMillis(config.refusal_delay());
  }

  @Override
  public void register(Router router) {
    router
        .post("/api/device/register", answering(this::register))
        .post("/api/tok/device/provision", answering(this::provision))
        .post("/api/tok/device/status", answering(this::status))
        .post("/api/tok/device/release", answering(this::release));
  }

  /// Turns a refusal into what the protocol has for it.
  private Handler answering(Handler handler) {
    return exchange -> {
      try {
        handler.handle(exchange);
      } catch (RegistryException e) {
        switch (e.reason()) {
          case INVALID -> throw new HttpException(400, String.valueOf(e.getMessage()));
          case UNAUTHORISED -> throw new HttpException(401, String.valueOf(e.getMessage()));
          case UNKNOWN -> throw new HttpException(404, String.valueOf(e.getMessage()));
          case STATE, KEY ->
              exchange.json(
                  Map.of("error", String.valueOf(e.getMessage()), "delay", delay.toSeconds()));
        }
      }
    };
  }

  private void register(Exchange exchange) {
    var request = object(exchange);
    var product = exchange.header("Authorization").isPresent() ? token(exchange) : "";
    var attributes = new LinkedHashMap<String, Object>();
    mapper
        .convertValue(request, new TypeReference<Map<String, Object>>() {})
        .forEach(
            (name, value) -> {
              if (!NAMED.contains(name) && !(value instanceof Map)) {
                attributes.put(name, value);
              }
            });
    var token =
        registry.register(
            new Registry.Registration(
                text(request, "id"), product, text(request, "key"), attributes));
    var answer = new LinkedHashMap<String, Object>();
    answer.put("registered", true);
    token.ifPresent(
        t -> {
          answer.put("token", t);
          answer.put("cloudType", "dedicated");
          answer.put("cloudName", "ioto");
        });
    exchange.json(answer);
  }

  private void provision(Exchange exchange) {
    var request = object(exchange);
    var id = text(request, "id");
    var token = token(exchange);
    registry.authorise(id, token);
    var endpoint = courier.endpoint();
    var issued = issue(text(request, "csr"), id);
    var device = registry.certify(id, token, issued);
    var answer = new LinkedHashMap<String, Object>();
    answer.put("certificate", issued.pem());
    answer.put("endpoint", endpoint.host());
    answer.put("port", endpoint.port());
    answer.put("authority", endpoint.authority());
    if (!endpoint.alpn().isEmpty()) {
      answer.put("alpn", endpoint.alpn());
    }
    answer.put("accountId", device.account());
    exchange.json(answer);
  }

  private Registry.Issued issue(String request, String id) {
    try {
      var pem =
          authorities.issue(AUTHORITY, request, new Authorities.Grant(id, Set.of(), validity));
      var certificate =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(pem.getBytes(UTF_8)));
      return new Registry.Issued(
          pem,
          Tokens.digest(certificate.getEncoded()),
          Tokens.digest(certificate.getPublicKey().getEncoded()));
    } catch (IllegalArgumentException e) {
      throw new HttpException(400, "'csr': " + e.getMessage());
    } catch (CertificateException e) {
      throw new IllegalStateException("the authority issued what is no certificate", e);
    }
  }

  private void status(Exchange exchange) {
    var device = registry.authorise(text(object(exchange), "id"), token(exchange));
    var released = device.state() == Device.State.RELEASED;
    exchange.json(Map.of("state", released ? "released" : "provisioned"));
  }

  private void release(Exchange exchange) {
    var id = text(object(exchange), "id");
    registry.forget(id, token(exchange));
    courier.drop(id);
    exchange.json(Map.of());
  }

  private static JsonNode object(Exchange exchange) {
    var json = exchange.json();
    if (!json.isObject()) {
      throw new HttpException(400, "The body is no JSON object");
    }
    return json;
  }

  private static String text(JsonNode json, String name) {
    var value = json.path(name);
    if (!value.isTextual()) {
      throw new HttpException(400, "'%s' is missing or no text".formatted(name));
    }
    return value.textValue();
  }

  private static String token(Exchange exchange) {
    var header = exchange.header("Authorization").orElse("");
    return header.regionMatches(true, 0, BEARER, 0, BEARER.length())
        ? header.substring(BEARER.length()).strip()
        : header.strip();
  }
}
