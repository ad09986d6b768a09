// SPDX-License-Identifier: Apache-2.0
package io.ioto.trust;

import com.fasterxml.jackson.databind.node.ObjectNode;

/// Which snapshot is the latest (§4.6).
record Timestamp(Common common, Meta snapshot) {
  private static final String FILE = "snapshot.json";

  static Timestamp read(Envelope envelope) {
    return new Timestamp(
        Common.read(envelope, Root.TIMESTAMP),
        Meta.read(envelope.name(), envelope.signed().path("meta").path(FILE)));
  }

  ObjectNode write() {
    var signed = common.write(Root.TIMESTAMP);
    signed.putObject("meta").set(FILE, snapshot.write());
    return signed;
  }
}
