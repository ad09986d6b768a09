// SPDX-License-Identifier: Apache-2.0
package io.ioto.ota;

import static io.ioto.api.ota.UpdateException.Reason.UNREACHABLE;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.ioto.api.http.Answer;
import io.ioto.api.http.CallException;
import io.ioto.api.ota.ReleaseSource;
import io.ioto.api.ota.UpdateException;
import io.ioto.api.provision.CloudApi;
import io.ioto.json.Json5;
import io.ioto.json.JsonException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// The cloud that manages this device: it says which release is meant for it, and has the files,
/// which are fetched piece by piece. It is believed in neither.
///
/// @param properties of the device, by which the cloud may choose
/// @param problem why the last check failed; empty when it did not
record CloudSource(
    CloudApi cloud, Map<String, Object> properties, String problem, Duration patience)
    implements ReleaseSource, Assigner {
  /// Bytes that are fetched with one call, so that a slow line keeps its deadline.
  static final int PIECE = 256 << 10;

  private static final int ANSWER = 64 << 10;

  @Override
  public OptionalLong assigned(long running) {
    var request = JsonNodeFactory.instance.objectNode();
    properties.forEach(
        (name, value) -> {
          switch (value) {
            case String text -> request.put(name, text);
            case Boolean truth -> request.put(name, truth);
            case Long number -> request.put(name, number);
            case Double number -> request.put(name, number);
            default -> {} // nothing that a device says of itself
          }
        });
    request.put("id", cloud.device()).put("release", running).put("problem", problem);
    try {
      var answer =
          cloud
              .call("POST", "/tok/provision/update")
              .json(Json5.print(request))
              .timeout(patience)
              .limit(ANSWER)
              .repeatable()
              .send();
      var release = object(answer).path("release");
      return release.canConvertToLong() && release.asLong() > 0
          ? OptionalLong.of(release.asLong())
          : OptionalLong.empty();
    } catch (CallException | IllegalStateException e) {
      throw new UpdateException(UNREACHABLE, String.valueOf(e.getMessage()), e);
    }
  }

  private static JsonNode object(Answer answer) {
    if (answer.status() != 200) {
      throw new UpdateException(UNREACHABLE, "the cloud answered " + answer);
    }
    try {
      var json = Json5.read(answer.text(), "answer");
      if (json.isObject() && !json.has("error")) {
        return json;
      }
    } catch (JsonException e) {
      throw new UpdateException(UNREACHABLE, "the cloud's answer is no JSON: " + answer, e);
    }
    throw new UpdateException(UNREACHABLE, "the cloud answered " + answer);
  }

  @Override
  public Content open(String path, long from) throws IOException {
    var pieces = new Pieces(path, from);
    // Whether it is there is known with the first of them.
    pieces.next();
    return new Content(pieces, from);
  }

  /// A file as it comes.
  private final class Pieces extends InputStream {
    private final String path;
    private long at;
    private boolean ended;
    private InputStream piece = InputStream.nullInputStream();

    Pieces(String path, long from) {
      this.path = path;
      at = from;
    }

    @Override
    public int read() throws IOException {
      var one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      for (var count = piece.read(bytes, offset, length); ; ) {
        if (count >= 0) {
          return count;
        }
        if (ended) {
          return -1;
        }
        next();
        count = piece.read(bytes, offset, length);
      }
    }

    void next() throws IOException {
      var answer = fetch();
      switch (answer.status()) {
        case 206 -> {
          var total = answer.header("content-range").map(Pieces::total).orElse(null);
          if (total == null || answer.body().length == 0) {
            throw new IOException("the cloud's answer for %s says not what it is".formatted(path));
          }
          at += answer.body().length;
          ended = at >= total;
          piece = new ByteArrayInputStream(answer.body());
        }
        case 200 -> {
          if (at > 0) {
            throw new IOException("the cloud does not go on with %s in the middle".formatted(path));
          }
          ended = true;
          piece = new ByteArrayInputStream(answer.body());
        }
        // RFC 9110 §15.5.17: nothing lies there, so the file ends before.
        case 416 -> ended = true;
        case 404, 410 -> throw new NoSuchFileException(path, null, "status " + answer.status());
        default -> throw new IOException("%s: the cloud answered %s".formatted(path, answer));
      }
    }

    private Answer fetch() throws IOException {
      try {
        return cloud
            .call("GET", "/tok/release/file/%s?id=%s".formatted(path, cloud.device()))
            .header("Range", "bytes=%d-%d".formatted(at, at + PIECE - 1))
            .timeout(patience)
            .limit(PIECE)
            .send();
      } catch (CallException | IllegalArgumentException | IllegalStateException e) {
        throw new IOException(e.getMessage(), e);
      }
    }

    private static @Nullable Long total(String range) {
      var slash = range.lastIndexOf('/') + 1;
      return range.substring(slash).matches("\\d{1,18}")
          ? Long.valueOf(range.substring(slash))
          : null;
    }
  }
}
