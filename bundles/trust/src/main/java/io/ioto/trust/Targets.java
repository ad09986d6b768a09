// SPDX-License-Identifier: Apache-2.0
package io.ioto.trust;

import static io.ioto.api.ota.UpdateException.Reason.HASH_MISMATCH;
import static io.ioto.api.ota.UpdateException.Reason.MALFORMED;
import static io.ioto.api.ota.UpdateException.Reason.MISSING_BUNDLE;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ioto.api.ota.UpdateException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Every file that was signed for (§4.5). Delegations are not supported: the targets role signs
/// everything itself.
public final class Targets {
  private final Common common;
  private final Map<String, Target> files;

  Targets(Common common, Map<String, Target> files) {
    this.common = common;
    this.files = Map.copyOf(files);
  }

  static Targets read(Envelope envelope) {
    var common = Common.read(envelope, Root.TARGETS);
    var files = new HashMap<String, Target>();
    for (var entry : envelope.signed().path("targets").properties()) {
      var path = entry.getKey();
      var node = entry.getValue();
      var sha256 = node.path("hashes").path("sha256").asText();
      var length = node.path("length").asLong(-1);
      if (!path.matches("[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*")) {
        throw Envelope.malformed(envelope.name(), "'%s' is no path of a target".formatted(path));
      }
      if (!Hash.looksRight(sha256) || length < 0) {
        throw Envelope.malformed(
            envelope.name(), "target %s must have a length and a SHA-256".formatted(path));
      }
      files.put(
          path, new Target(path, length, sha256, node.path("custom").path("release").asLong(0)));
    }
    return new Targets(common, files);
  }

  long version() {
    return common.version();
  }

  Common common() {
    return common;
  }

  /// Every file by its path.
  public Map<String, Target> files() {
    return files;
  }

  /// Reads the description of a release.
  ///
  /// @param bytes its content, as [Client#read] verified it
  /// @throws UpdateException when it is none, or names a bundle that was not signed for
  public ReleaseSet describe(Target release, byte[] bytes) {
    var set = ReleaseSet.read(release.path(), bytes);
    if (set.number() != release.release()) {
      throw new UpdateException(
          MALFORMED, "%s describes release %d".formatted(release.path(), set.number()));
    }
    set.bundles().forEach(this::signed);
    return set;
  }

  private void signed(ReleaseSet.Bundle bundle) {
    var target =
        find(Target.bundle(bundle.sha256()))
            .orElseThrow(
                () ->
                    new UpdateException(
                        MISSING_BUNDLE,
                        "the release names %s %s with a SHA-256 that nobody signed for"
                            .formatted(bundle.name(), bundle.version())));
    if (!target.sha256().equals(bundle.sha256()) || target.length() != bundle.size()) {
      throw new UpdateException(
          HASH_MISMATCH,
          "%s %s was signed with another SHA-256 or length than the release names"
              .formatted(bundle.name(), bundle.version()));
    }
  }

  /// The file of that path.
  public Optional<Target> find(String path) {
    return Optional.ofNullable(files.get(path));
  }

  /// The description of the release with the highest number.
  public Optional<Target> newest() {
    return files.values().stream()
        .filter(t -> t.release() > 0)
        .max(java.util.Comparator.comparingLong(Target::release));
  }

  ObjectNode write() {
    var signed = common.write(Root.TARGETS);
    var all = signed.putObject("targets");
    new TreeMap<>(files)
        .forEach(
            (path, target) -> {
              var node = all.putObject(path).put("length", target.length());
              node.putObject("hashes").put("sha256", target.sha256());
              if (target.release() > 0) {
                node.putObject("custom").put("release", target.release());
              }
            });
    return signed;
  }
}
