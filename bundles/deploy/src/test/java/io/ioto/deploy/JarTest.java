// SPDX-License-Identifier: Apache-2.0
package io.ioto.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.jar.Attributes;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.Version;

class JarTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "a | a",
        "a,b;c | a b c",
        "a;version=\"[1,2)\",b | a b",
        "a ; resolution:=optional ; version=\"[1,2;3\" , b.c | a b.c",
      })
  void importsAreReadWhateverTheirAttributes(String header, String packages) {
    assertThat(jar("Import-Package", header).imports())
        .containsExactlyInAnyOrder(packages.split(" ", -1));
  }

  @ParameterizedTest
  @CsvSource({
    "x, false",
    "x;singleton:=true, true",
    "x; singleton := true;y=z, true",
    "x;singleton:=false, false",
  })
  void aSingletonSaysSo(String name, boolean singleton) {
    assertThat(jar("Bundle-SymbolicName", name).singleton()).isEqualTo(singleton);
  }

  private static Jar jar(String header, String value) {
    var headers = new Attributes();
    headers.putValue("Bundle-SymbolicName", "x");
    headers.putValue(header, value);
    return new Jar(Path.of("x.jar"), "", 0, "x", Version.emptyVersion, headers);
  }
}
