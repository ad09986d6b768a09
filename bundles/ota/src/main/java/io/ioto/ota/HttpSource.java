// SPDX-License-Identifier: Apache-2.0
package io.ioto.ota;

import io.ioto.api.ota.ReleaseSource;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.NoSuchFileException;
import java.time.Duration;

/// A repository that any web server serves. This client of the JDK has a timeout for each read,
/// which the newer one lacks.
///
/// @param base ends with a slash
/// @param patience how long the server may say nothing
record HttpSource(URI base, Duration patience) implements ReleaseSource {
  @Override
  public Content open(String path, long from) throws IOException {
    if (!(base.resolve(path).toURL().openConnection() instanceof HttpURLConnection connection)) {
      throw new IOException("%s is no HTTP address".formatted(base));
    }
    var millis = (int) Math.min(patience.toMillis(), Integer.MAX_VALUE);
    connection.setConnectTimeout(millis);
    connection.setReadTimeout(millis);
    connection.setUseCaches(false);
    // What is compressed on the way has other lengths and ranges.
    connection.setRequestProperty("Accept-Encoding", "identity");
    if (from > 0) {
      connection.setRequestProperty("Range", "bytes=%d-".formatted(from));
    }
    var status = connection.getResponseCode();
    return switch (status) {
      case HttpURLConnection.HTTP_OK -> new Content(connection.getInputStream(), 0);
      case HttpURLConnection.HTTP_PARTIAL -> new Content(connection.getInputStream(), from);
      // Object stores answer 403 for what is not there when it may not be listed.
      case HttpURLConnection.HTTP_NOT_FOUND,
          HttpURLConnection.HTTP_GONE,
          HttpURLConnection.HTTP_FORBIDDEN -> {
        connection.disconnect();
        throw new NoSuchFileException(path, null, "status " + status);
      }
      default -> {
        connection.disconnect();
        throw new IOException("%s answered %d".formatted(base.resolve(path), status));
      }
    };
  }
}
