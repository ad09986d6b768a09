// SPDX-License-Identifier: Apache-2.0
package io.ioto.trust;

/// A file that was signed for.
///
/// @param path below `targets/`, as it is named
/// @param sha256 lower-case hex
/// @param release number of the release it describes; 0 when it is none
public record Target(String path, long length, String sha256, long release) {
  /// Where it lies in the repository (§6.1: consistent snapshots carry the hash in the name).
  public String file() {
    var slash = path.lastIndexOf('/') + 1;
    return "targets/%s%s.%s".formatted(path.substring(0, slash), sha256, path.substring(slash));
  }

  /// The path under which a bundle is signed for.
  public static String bundle(String sha256) {
    return "bundles/%s.jar".formatted(sha256);
  }

  /// The path under which a release is signed for.
  public static String release(long number) {
    return "releases/%d.json".formatted(number);
  }
}
