// SPDX-License-Identifier: Apache-2.0
package io.ioto.resolve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResolutionTest {
  private final Path jars;
  private final Path temporary;

  ResolutionTest(@TempDir Path jars, @TempDir Path temporary) {
    this.jars = jars;
    this.temporary = temporary;
  }

  @Test
  void aSetThatIsCompleteResolves() {
    assertThat(
            ask(
                bundle("lib", "1.0.0", "Export-Package: org.foo;version=1.5"),
                bundle("app", "1.0.0", "Import-Package: org.foo;version=\"[1,2)\", javax.net.ssl")))
        .isEmpty();
  }

  @Test
  void aMissingPackageIsNamedWithTheVersionThatIsThere() {
    assertThat(
            ask(
                bundle("lib", "1.0.0", "Export-Package: org.foo;version=0.9"),
                bundle("app", "1.2.0", "Import-Package: org.foo;version=\"[1.0,2)\"")))
        .containsExactly(
            "app 1.2.0 needs package org.foo [1.0.0,2.0.0), which nothing exports;"
                + " lib 1.0.0 exports 0.9.0");
  }

  @Test
  void anOpenRangeReadsWell() {
    assertThat(ask(bundle("app", "1.2.0", "Import-Package: org.foo;version=1, org.bar")))
        .containsExactly(
            "app 1.2.0 needs package org.foo 1.0.0 or later, which nothing exports",
            "app 1.2.0 needs package org.bar, which nothing exports");
  }

  @Test
  void onlyTheCauseIsToldNotItsConsequences() {
    assertThat(
            ask(
                bundle("a", "1", "Import-Package: b"),
                bundle("b", "1", "Import-Package: c", "Export-Package: b"),
                bundle("c", "1", "Import-Package: nowhere", "Export-Package: c")))
        .containsExactly("c 1.0.0 needs package nowhere, which nothing exports");
  }

  @Test
  void aMissingBundleHostOrCapabilityIsNamed() {
    assertThat(
            ask(
                bundle("app", "1", "Require-Bundle: lib;bundle-version=\"[2,3)\""),
                bundle("lib", "1.0.0"),
                bundle("piece", "1", "Fragment-Host: whole"),
                bundle(
                    "ext", "1", "Require-Capability: osgi.extender;filter:=\"(osgi.extender=x)\"")))
        .containsExactly(
            "app 1.0.0 needs bundle lib [2.0.0,3.0.0), which is not there;"
                + " lib 1.0.0 has version 1.0.0",
            "piece 1.0.0 needs bundle whole, which is not there",
            "ext 1.0.0 needs the capability osgi.extender (osgi.extender=x),"
                + " which nothing provides");
  }

  @Test
  void aLaterJavaIsToldApart() {
    assertThat(
            ask(
                bundle(
                    "app",
                    "1",
                    "Require-Capability: osgi.ee;filter:=\"(&(osgi.ee=JavaSE)(version=99))\"")))
        .containsExactly("app 1.0.0 needs JavaSE 99; this is Java " + Runtime.version().feature());
  }

  @Test
  void whatTheFrameworkAddsCounts() {
    var app =
        bundle(
            "app",
            "1",
            "Import-Package: org.slf4j;version=\"[2,3)\"",
            "Require-Capability: osgi.extender;filter:=\"(osgi.extender=x)\"");

    assertThat(
            Resolution.of(
                    List.of(app),
                    Map.of(
                        "org.osgi.framework.system.packages.extra",
                        "org.slf4j;version=2.0.20",
                        "org.osgi.framework.system.capabilities.extra",
                        "osgi.extender;osgi.extender=x"))
                .resolved())
        .isTrue();
  }

  @Test
  void aMandatoryServiceMustHaveAProvider() {
    var service = "osgi.service;filter:=\"(objectClass=io.x.Clock)\";effective:=active";
    var app = bundle("app", "1", "Require-Capability: " + service);
    var lax = bundle("lax", "1", "Require-Capability: " + service + ";resolution:=optional");
    var clock =
        bundle(
            "clock",
            "1",
            "Provide-Capability: osgi.service;objectClass:List<String>=\"io.x.Clock,io.x.Timer\"");

    assertThat(ask(app, lax))
        .containsExactly("app 1.0.0 needs the service io.x.Clock, which no bundle provides");
    assertThat(ask(app, clock)).isEmpty();
    assertThat(Resolution.of(List.of(app), Map.of(), Set.of("io.x.Clock"), temporary).problems())
        .isEmpty();
  }

  @Test
  void servicesOfTheFrameworkItselfAreThere() {
    assertThat(
            ask(
                bundle(
                    "app",
                    "1",
                    "Require-Capability: osgi.service;effective:=active;"
                        + "filter:=\"(objectClass=org.osgi.service.condition.Condition)\"")))
        .isEmpty();
  }

  @Test
  void conflictingUseOfTwoVersionsIsToldInTheFrameworksWords() {
    assertThat(
            ask(
                bundle("v1", "1", "Export-Package: p;version=1"),
                bundle("v2", "1", "Export-Package: p;version=2"),
                bundle(
                    "q", "1", "Import-Package: p;version=\"[1,2)\"", "Export-Package: q;uses:=p"),
                bundle("app", "1", "Import-Package: q, p;version=\"[2,3)\"")))
        .singleElement()
        .asString()
        .startsWith("app 1.0.0 does not resolve: ")
        .contains("'p'")
        .doesNotContain("(R ");
  }

  @Test
  void twoOfOneNameAreToldOf() throws IOException {
    var again = Files.copy(bundle("app", "1.0.0"), jars.resolve("again.jar"));

    assertThat(ask(jars.resolve("app-1.0.0.jar"), again))
        .singleElement()
        .asString()
        .startsWith("again.jar repeats a bundle of the set: ");
    assertThat(ask(bundle("app", "1.0.0"), bundle("app", "1.1.0")))
        .containsExactly("app is there in more than one version: [1.0.0, 1.1.0]");
  }

  @Test
  void filesThatAreNoBundlesAreToldOf() throws IOException {
    var junk = Files.writeString(jars.resolve("junk.jar"), "not a zip");
    var plain = jars.resolve("plain.jar");
    new JarOutputStream(Files.newOutputStream(plain), new Manifest()).close();

    assertThat(ask(junk, plain, jars.resolve("absent.jar")))
        .hasSize(3)
        .anyMatch(p -> p.startsWith("junk.jar cannot be installed: "))
        .anyMatch(p -> p.equals("plain.jar is no bundle: its manifest names none"))
        .anyMatch(p -> p.startsWith("absent.jar cannot be installed: "));
  }

  @Test
  void nothingIsLeftBehind() throws IOException {
    var set =
        IntStream.range(0, 40)
            .mapToObj(i -> bundle("b" + i, "1", "Export-Package: p" + i))
            .toList();
    ask(set.getFirst());
    var files = openFiles();
    var threads = threads();

    for (var i = 0; i < 3; i++) {
      assertThat(Resolution.of(set, Map.of(), Set.of(), temporary).resolved()).isTrue();
    }

    assertThat(threads()).isSubsetOf(threads);
    assertThat(openFiles()).isLessThanOrEqualTo(files);
    assertThat(temporary).isEmptyDirectory();
  }

  private List<String> ask(Path... bundles) {
    return Resolution.of(List.of(bundles), Map.of(), Set.of(), temporary).problems();
  }

  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet();
  }

  private static long openFiles() throws IOException {
    try (var open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }

  private Path bundle(String name, String version, String... headers) {
    var manifest = new Manifest();
    var attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.putValue("Bundle-ManifestVersion", "2");
    attributes.putValue("Bundle-SymbolicName", name);
    attributes.putValue("Bundle-Version", version);
    for (var header : headers) {
      var colon = header.indexOf(':');
      attributes.putValue(header.substring(0, colon), header.substring(colon + 1).strip());
    }
    var jar = jars.resolve("%s-%s.jar".formatted(name, version));
    try {
      new JarOutputStream(Files.newOutputStream(jar), manifest).close();
      return jar;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
