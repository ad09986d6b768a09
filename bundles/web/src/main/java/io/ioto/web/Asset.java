// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A file that is ready to be served: the values of its headers, its bytes where they are few, and
/// its pre-compressed siblings. May be shared between threads.
final class Asset {
  /// The coding of the file itself.
  static final String IDENTITY = "identity";

  /// Files of up to this size are kept in memory.
  static final int KEPT = 64 * 1024;

  /// What an asset costs beside its content.
  private static final int OVERHEAD = 512;

  final Folder.File file;
  final @Nullable String type;
  final String coding;
  final String tag;
  final String modified;
  final String caching;

  /// Its bytes; null when it is too large to be kept.
  final byte @Nullable [] content;

  /// The pre-compressed siblings, the best first.
  final List<Asset> variants;

  private volatile long checked = System.nanoTime();

  Asset(
      Folder.File file,
      @Nullable String type,
      String coding,
      String caching,
      boolean keep,
      List<Asset> variants)
      throws IOException {
    this.file = file;
    this.type = type;
    this.coding = coding;
    this.caching = caching;
    this.variants = variants;
    tag = '"' + file.tag() + '"';
    modified = HttpDate.format(file.modified());
    content = keep && file.size() <= KEPT ? read(file) : null;
  }

  private static byte @Nullable [] read(Folder.File file) throws IOException {
    try (var in = file.data().from(0)) {
      var bytes = in.readNBytes(KEPT + 1);
      // Otherwise it is just being written, and not worth keeping.
      return bytes.length == file.size() ? bytes : null;
    }
  }

  /// True while what is known of the file may be believed without another look.
  boolean fresh(long nanos) {
    return nanos == Long.MAX_VALUE || System.nanoTime() - checked < nanos;
  }

  /// Notes that another look found nothing new.
  void confirm() {
    checked = System.nanoTime();
  }

  /// The sibling, or the file itself, that the client likes best.
  Asset negotiate(@Nullable String acceptEncoding) {
    if (acceptEncoding == null || variants.isEmpty()) {
      return this;
    }
    var best = this;
    var most = Headers.quality(acceptEncoding, IDENTITY);
    for (var variant : variants.reversed()) {
      var quality = Headers.quality(acceptEncoding, variant.coding);
      if (quality > 0 && quality >= most) {
        best = variant;
        most = quality;
      }
    }
    return best;
  }

  /// Bytes of memory, roughly.
  long weight() {
    var weight = (long) OVERHEAD;
    if (content != null) {
      weight += content.length;
    }
    for (var variant : variants) {
      weight += variant.weight();
    }
    return weight;
  }

  /// True when it stands for the same bytes as another, siblings included.
  boolean same(Asset other) {
    if (!tag.equals(other.tag)
        || content == null != (other.content == null)
        || variants.size() != other.variants.size()) {
      return false;
    }
    for (var i = 0; i < variants.size(); i++) {
      if (!variants.get(i).same(other.variants.get(i))) {
        return false;
      }
    }
    return true;
  }
}
