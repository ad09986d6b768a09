// SPDX-License-Identifier: Apache-2.0
package io.ioto.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.ioto.bench.probe.Probe;
import io.ioto.json.Json5;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;

/// Puts the bundle of [Probe] into a gateway and gives it commands.
public final class Probes {
  private static final String IMPORTS =
      "org.osgi.framework,io.ioto.api.control,io.ioto.api.db,io.ioto.api.device,io.ioto.api.mqtt,"
          + "io.ioto.api.runtime,io.ioto.api.sync,com.fasterxml.jackson.databind,com.fasterxml.jackson.databind.node";

  private final Gateway gateway;

  private Probes(Gateway gateway) {
    this.gateway = gateway;
  }

  /// Deploys it.
  public static Probes into(Gateway gateway) throws IOException {
    var path = Probe.class.getName().replace('.', '/') + ".class";
    byte[] code;
    try (var in = Probe.class.getResourceAsStream("/" + path)) {
      code = Objects.requireNonNull(in).readAllBytes();
    }
    var headers =
        Map.of(
            "Bundle-ManifestVersion", "2",
            "Bundle-SymbolicName", "io.ioto.bench.probe",
            "Bundle-Version", "0.1.0",
            "Bundle-Activator", Probe.class.getName(),
            "Import-Package", IMPORTS);
    var reply = gateway.control().post("/deploy", Jars.bundle(headers, Map.of(path, code)));
    if (reply.status() != 200) {
      throw new IllegalStateException("the probe is not taken: " + reply.body());
    }
    return new Probes(gateway);
  }

  /// Gives a command, such as `/probe/outbox?count=10`.
  public JsonNode call(String command) throws IOException {
    var reply = gateway.control().post(command, new byte[0]);
    if (reply.status() != 200) {
      throw new IllegalStateException(command + ": " + reply.body());
    }
    return Json5.read(reply.body(), command);
  }
}
