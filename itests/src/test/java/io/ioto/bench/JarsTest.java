// SPDX-License-Identifier: Apache-2.0
package io.ioto.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.jar.JarInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JarsTest {
  private static final byte[] BUNDLE = bundle();

  private static byte[] bundle() {
    try {
      return Jars.bundle(
          Map.of("Bundle-SymbolicName", "a.b;singleton:=true", "Bundle-Version", "1.0.0"),
          Map.of("a/text", "text".getBytes(UTF_8)));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void newVersionDiffersInNothingElse() throws Exception {
    try (var in = new JarInputStream(new ByteArrayInputStream(Jars.version(BUNDLE, "1.0.1")))) {
      var attributes = in.getManifest().getMainAttributes();
      assertThat(attributes.getValue("Bundle-Version")).isEqualTo("1.0.1");
      assertThat(attributes.getValue("Bundle-SymbolicName")).isEqualTo("a.b;singleton:=true");
      assertThat(in.getNextJarEntry().getName()).isEqualTo("a/text");
      assertThat(in.readAllBytes()).asString(UTF_8).isEqualTo("text");
      assertThat(in.getNextJarEntry()).isNull();
    }
  }

  @Test
  void stampedJarIsTheSameForTheSameStampOnly() throws Exception {
    assertThat(Jars.stamped(BUNDLE, "1"))
        .isEqualTo(Jars.stamped(BUNDLE, "1"))
        .isNotEqualTo(Jars.stamped(BUNDLE, "2"));
  }

  @Test
  void bundleIsFoundByItsSymbolicName(@TempDir Path folder) throws Exception {
    Files.write(folder.resolve("x.jar"), BUNDLE);
    Files.writeString(folder.resolve("no.jar"), "no jar");

    assertThat(Jars.find(folder, "a.b")).isEqualTo(BUNDLE);
  }
}
