// SPDX-License-Identifier: Apache-2.0
package io.ioto.ota;

import io.ioto.api.ota.ReleaseSource;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// A repository in a folder, such as that of a USB stick.
record FolderSource(Path folder) implements ReleaseSource {
  @Override
  public Content open(String path, long from) throws IOException {
    var file = folder.resolve(path).normalize();
    if (!file.startsWith(folder.normalize())) {
      throw new NoSuchFileException(path);
    }
    var channel = FileChannel.open(file);
    channel.position(from);
    return new Content(Channels.newInputStream(channel), from);
  }
}
