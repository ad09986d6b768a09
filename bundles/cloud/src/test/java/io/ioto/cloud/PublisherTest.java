// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublisherTest {
  private final MemoryStore store = new MemoryStore();
  @TempDir Path folder;

  private Publisher publisher() {
    return new Publisher(store, folder.resolve("publisher"));
  }

  @Test
  void firstTokenIsInAPrivateFileAndStays() throws IOException {
    var token = Files.readString(publisher().file());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(publisher().file())))
        .isEqualTo("rw-------");
    assertThat(publisher().knows(token)).isTrue();
    assertThat(Files.readString(publisher().file())).isEqualTo(token);
    assertThat(store.get("publisher", "token").orElseThrow().values().toString())
        .doesNotContain(token);
  }

  @Test
  void anotherTokenEndsTheOneBefore() throws IOException {
    var before = Files.readString(publisher().file());
    var after = publisher().renew();
    assertThat(publisher().knows(before)).isFalse();
    assertThat(publisher().knows(after)).isTrue();
    assertThat(publisher().knows("")).isFalse();
    assertThat(Files.readString(publisher().file())).isEqualTo(after);
  }
}
