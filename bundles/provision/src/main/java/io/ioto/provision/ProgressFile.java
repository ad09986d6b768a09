// SPDX-License-Identifier: Apache-2.0
package io.ioto.provision;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ioto.api.device.Device;
import io.ioto.json.Durable;
import io.ioto.json.JsonException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the progress.
final class ProgressFile {
  private static final Logger log = LoggerFactory.getLogger(ProgressFile.class);

  private final Path file;
  private final ObjectMapper mapper;

  private ProgressFile(Path file, ObjectMapper mapper) {
    this.file = file;
    this.mapper = mapper;
  }

  /// That of a device.
  static ProgressFile of(Device device, ObjectMapper mapper) {
    return new ProgressFile(device.state().resolve("provision.json"), mapper);
  }

  /// What is kept; nothing, after a warning, where it is damaged.
  Optional<Progress> read() {
    try {
      var progress = mapper.readValue(Files.readString(file), Progress.class);
      if (progress != null && progress.site() != null && progress.id() != null) {
        return Optional.of(progress);
      }
      log.warn("{}: is no progress; the device registers anew", file);
    } catch (NoSuchFileException _) {
      return Optional.empty();
    } catch (JacksonException | JsonException e) {
      log.warn("{}: is damaged ({}); the device registers anew", file, e.getMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be read: " + e, e);
    }
    return Optional.empty();
  }

  /// @throws UncheckedIOException when it cannot be written; what was kept stays
  void write(Progress progress) {
    try {
      Durable.write(file, mapper.writeValueAsString(progress).getBytes(StandardCharsets.UTF_8));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be written: " + e, e);
    }
  }
}
