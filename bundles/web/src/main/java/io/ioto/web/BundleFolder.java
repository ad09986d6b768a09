// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import org.osgi.framework.Bundle;

/// The files below a folder of a bundle. They never change while the bundle publishes them.
final class BundleFolder implements Folder {
  private final Bundle bundle;
  private final String root;

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
    var url = bundle.getEntry(root + path);
    if (url == null || url.getPath().endsWith("/")) {
      return Optional.empty();
    }
    var sum = new CRC32C();
    long size;
    try (var in = new CheckedInputStream(url.openStream(), sum)) {
      size = in.skip(Long.MAX_VALUE);
    }
    if (size == 0 && folder(path)) {
      return Optional.empty();
    }
    var tag = "%x-%x".formatted(size, sum.getValue());
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
    return bundle.getEntryPaths(root + path) != null;
  }

  @Override
  public long believeNanos() {
    return Long.MAX_VALUE;
  }
}
