// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;

/// The files below a folder of a bundle. They never change while the bundle publishes them.
final class BundleFolder implements Folder {
  private static final int BUFFER = 8 * 1024;

  private final Bundle bundle;
  private final String root;
  private volatile @Nullable Set<String> names;

  /// @throws IllegalArgumentException when the bundle has no such folder
  BundleFolder(Bundle bundle, String folder) {
    this.bundle = bundle;
    root = folder.endsWith("/") ? folder : folder + "/";
    if (bundle.getEntryPaths(root) == null) {
      throw new IllegalArgumentException(
          "%s has no folder '%s' to serve files from".formatted(bundle, folder));
    }
  }

  @Override
  public Optional<File> file(String path) throws IOException {
    if (!names().contains(path)) {
      return Optional.empty();
    }
    var sum = new CRC32C();
    long size = 0;
    try (var in = new CheckedInputStream(open(path, 0), sum)) {
      var buffer = new byte[BUFFER];
      for (var count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        size += count;
      }
    }
    var tag = Long.toHexString(size) + "-" + Long.toHexString(sum.getValue());
    return Optional.of(
        new File(size, bundle.getLastModified() / 1000, tag, offset -> open(path, offset)));
  }

  private InputStream open(String path, long offset) throws IOException {
    var in = bundle.getEntry(root + path).openStream();
    in.skipNBytes(offset);
    return in;
  }

  @Override
  public boolean folder(String path) {
    return names().contains(path + "/");
  }

  /// All files and, with a slash at the end, folders. The framework would have to search the jar
  /// for each that is asked for and not there.
  private Set<String> names() {
    var known = names;
    if (known == null) {
      known = new HashSet<>();
      collect(root, known);
      names = known;
    }
    return known;
  }

  private void collect(String folder, Set<String> found) {
    var entries = bundle.getEntryPaths(folder);
    if (entries == null) {
      return;
    }
    for (var entry : Collections.list(entries)) {
      found.add(entry.substring(root.length()));
      if (entry.endsWith("/")) {
        collect(entry, found);
      }
    }
  }

  @Override
  public long believeNanos() {
    return Long.MAX_VALUE;
  }
}
