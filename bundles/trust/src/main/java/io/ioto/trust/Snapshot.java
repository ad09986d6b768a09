// SPDX-License-Identifier: Apache-2.0
package io.ioto.trust;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Which versions of the targets metadata belong together (§4.4).
record Snapshot(Common common, Map<String, Meta> meta) {
  static final String TARGETS = "targets.json";

  Snapshot {
    meta = Map.copyOf(meta);
  }

  static Snapshot read(Envelope envelope) {
    var common = Common.read(envelope, Root.SNAPSHOT);
    var meta = new HashMap<String, Meta>();
    for (var file : envelope.signed().path("meta").properties()) {
      meta.put(file.getKey(), Meta.read(envelope.name(), file.getValue()));
    }
    if (!meta.containsKey(TARGETS)) {
      throw Envelope.malformed(envelope.name(), "expected a version of " + TARGETS);
    }
    return new Snapshot(common, meta);
  }

  Meta targets() {
    return Optional.ofNullable(meta.get(TARGETS)).orElseThrow();
  }

  ObjectNode write() {
    var signed = common.write(Root.SNAPSHOT);
    var all = signed.putObject("meta");
    new TreeMap<>(meta).forEach((name, m) -> all.set(name, m.write()));
    return signed;
  }
}
