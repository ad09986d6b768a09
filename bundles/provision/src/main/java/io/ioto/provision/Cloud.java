// SPDX-License-Identifier: Apache-2.0
package io.ioto.provision;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ioto.api.http.Answer;
import io.ioto.api.http.CallException;
import io.ioto.api.http.Http;
import io.ioto.api.tls.Trust;
import io.ioto.json.Json5;
import io.ioto.json.JsonException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/// The cloud's side of `docs/cloud-protocol.md`, as one call each. What is not the expected answer
/// is a [CloudException], whatever it is.
final class Cloud {
  /// What a certificate came with.
  ///
  /// @param certificate PEM
  record Issued(String certificate, Progress.Grant grant) {}

  private static final Duration LONGEST = Duration.ofDays(1);

  private final Http http;
  private final Trust trust;

  Cloud(Http http, Trust trust) {
    this.http = http;
    this.trust = trust;
  }

  /// Makes the device known.
  ///
  /// @return what the cloud gave, if the device has been claimed
  Optional<Progress.Claim> register(URI site, Optional<String> product, ObjectNode device) {
    var call = http.post(URI.create(site + "/device/register")).json(Json5.print(device));
    product.ifPresent(call::bearer);
    var answer = ask(call.trust(trust).retries(0)::send);
    var json = object(answer);
    if (!json.path("registered").asBoolean()) {
      throw new CloudException("the cloud's answer to 'register' lacks 'registered: true'");
    }
    if (!json.hasNonNull("token")) {
      return Optional.empty();
    }
    var api =
        text(json, "api").isEmpty() ? site : Site.of("the cloud's 'api'", text(json, "api")).api();
    return Optional.of(
        new Progress.Claim(
            api.toString(),
            text(json, "token"),
            text(json, "cloudType"),
            text(json, "cloudName"),
            text(json, "cloudRegion")));
  }

  /// Has a certificate issued.
  Issued provision(Progress.Claim claim, String id, String request, Instant now) {
    var body = body(id).put("csr", request);
    var answer = ask(() -> send(claim, "/tok/device/provision", body));
    var json = object(answer);
    var certificate = text(json, "certificate");
    var port = json.path("port").asInt(443);
    if (certificate.isEmpty() || port < 1 || port > 65_535) {
      throw new CloudException("the cloud's answer to 'provision' lacks a certificate or a port");
    }
    var endpoint = text(json, "endpoint");
    var grant =
        new Progress.Grant(
            text(json, "accountId"),
            endpoint.isEmpty() ? URI.create(claim.api()).getHost() : endpoint,
            port,
            text(json, "alpn"),
            text(json, "authority"),
            now.toString());
    return new Issued(certificate, grant);
  }

  /// True when the cloud says in so many words that the device was released. Nothing else is
  /// evidence of it: a cloud that lost its memory must not cost the device its credentials.
  boolean released(Progress.Claim claim, String id) {
    var answer = ask(() -> send(claim, "/tok/device/status", body(id)));
    return text(object(answer), "state").equals("released");
  }

  /// Tells the cloud that the device has left. A cloud which does not know the token any more
  /// knows it already.
  void release(Progress.Claim claim, String id) {
    var answer = call(() -> send(claim, "/tok/device/release", body(id)));
    if (!answer.ok() && !Set.of(401, 403, 404, 410).contains(answer.status())) {
      throw refused(answer);
    }
  }

  private static ObjectNode body(String id) {
    return JsonNodeFactory.instance.objectNode().put("id", id);
  }

  private Answer send(Progress.Claim claim, String path, ObjectNode body) {
    return http.post(URI.create(claim.api() + path))
        .bearer(claim.token())
        .json(Json5.print(body))
        .trust(trust)
        .retries(0)
        .send();
  }

  /// One call to the cloud.
  private interface Sending {
    Answer send();
  }

  private static Answer ask(Sending sending) {
    var answer = call(sending);
    if (answer.status() != 200) {
      throw refused(answer);
    }
    return answer;
  }

  private static Answer call(Sending sending) {
    try {
      return sending.send();
    } catch (CallException e) {
      throw new CloudException(String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      // Material that the trust is made of, such as a damaged cloud.ca.
      throw new CloudException("the cloud cannot be called: " + e.getMessage());
    }
  }

  private static CloudException refused(Answer answer) {
    var seconds = answer.header("retry-after").filter(s -> s.matches("[0-9]{1,9}"));
    return new CloudException(
        "the cloud answered " + answer,
        seconds.map(s -> limited(Duration.ofSeconds(Long.parseLong(s)))).orElse(Duration.ZERO),
        false);
  }

  /// The answer, which has to be an object without `error`.
  private static JsonNode object(Answer answer) {
    JsonNode json;
    try {
      json = Json5.read(answer.text(), "answer");
    } catch (JsonException e) {
      throw new CloudException(
          "the cloud's answer %s is no JSON: %s".formatted(answer, e.getMessage()));
    }
    if (!json.isObject()) {
      throw new CloudException("the cloud's answer %s is no object".formatted(answer));
    }
    var error = text(json, "error");
    if (!error.isEmpty()) {
      var delay = Duration.ofSeconds(Math.max(0, json.path("delay").asLong()));
      throw new CloudException("the cloud says: " + error, limited(delay), !delay.isZero());
    }
    return json;
  }

  /// A day at most, so that a slip of the cloud does not silence a device for ever.
  private static Duration limited(Duration asked) {
    return asked.compareTo(LONGEST) < 0 ? asked : LONGEST;
  }

  private static String text(JsonNode json, String name) {
    return json.path(name).asText("");
  }
}
