// SPDX-License-Identifier: Apache-2.0
package io.ioto.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;

class ReconcilerTest {
  @TempDir Path folder;

  @Test
  void theFrameworkFollowsTheWantedSetFromRunToRun() throws Exception {
    var a = jar("a", "1.0.0");
    var b = jar("b", "1.0.0");

    assertThat(run(entry("a", a, "1"), entry("b", b, "1")))
        .isEqualTo(new Reconciler.Outcome(2, 0, 0));
    assertThat(run(entry("a", a, "1"), entry("b", b, "1")))
        .isEqualTo(new Reconciler.Outcome(0, 0, 0));
    jar("a", "2.0.0");
    assertThat(run(entry("a", a, "2"))).isEqualTo(new Reconciler.Outcome(0, 1, 1));
    assertThat(versions).containsExactly("a/2.0.0");
  }

  @Test
  void aRunCutOffBeforeItsRecordIsRepeated() throws Exception {
    var a = jar("a", "1.0.0");
    run(entry("a", a, "1"));
    Files.delete(folder.resolve("cache/installed.lst"));
    jar("a", "2.0.0");

    assertThat(run(entry("a", a, "2"))).isEqualTo(new Reconciler.Outcome(0, 1, 0));
    assertThat(versions).containsExactly("a/2.0.0");
  }

  private List<String> versions = List.of();

  private Reconciler.Outcome run(BundleSet.Entry... entries) throws Exception {
    var framework =
        new FrameworkFactory()
            .newFramework(Map.of(Constants.FRAMEWORK_STORAGE, folder.resolve("cache").toString()));
    framework.init();
    try {
      var outcome =
          new Reconciler(folder.resolve("cache"))
              .reconcile(framework, new BundleSet(List.of(entries), List.of()));
      framework.start();
      var bundles =
          Arrays.stream(framework.getBundleContext().getBundles())
              .filter(b -> b.getBundleId() != 0)
              .toList();
      assertThat(bundles).allSatisfy(b -> assertThat(b.getState()).isEqualTo(Bundle.ACTIVE));
      versions = bundles.stream().map(b -> b.getSymbolicName() + "/" + b.getVersion()).toList();
      return outcome;
    } finally {
      framework.stop();
      framework.waitForStop(10_000);
    }
  }

  private static BundleSet.Entry entry(String name, Path jar, String sha256) {
    return new BundleSet.Entry(name, Version.emptyVersion, jar, sha256, 1);
  }

  private Path jar(String name, String version) throws IOException {
    var manifest = new Manifest();
    var headers = manifest.getMainAttributes();
    headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    headers.putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
    headers.putValue(Constants.BUNDLE_SYMBOLICNAME, name);
    headers.putValue(Constants.BUNDLE_VERSION, version);
    var jar = folder.resolve(name + ".jar");
    try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      out.finish();
    }
    return jar;
  }
}
