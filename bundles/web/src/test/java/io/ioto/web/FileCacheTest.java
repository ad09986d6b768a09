// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FileCacheTest {
  private final FileCache cache = new FileCache(200_000);
  private final FileHandler home = handler();
  private final FileHandler other = handler();

  private FileHandler handler() {
    var settings = Settings.of(Site.config(Path.of(""), "{}"));
    return new FileHandler("/", new DiskFolder(Path.of("")), settings, cache, null);
  }

  private static Asset asset(int size) throws IOException {
    var bytes = new byte[size];
    var file =
        new Folder.File(
            size, 0, "t", from -> new ByteArrayInputStream(bytes, (int) from, size - (int) from));
    return new Asset(file, null, Asset.IDENTITY, "no-cache", true, List.of());
  }

  @Test
  void whatCameFirstGoesFirst() throws Exception {
    for (var i = 0; i < 10; i++) {
      cache.put(i % 2 == 0 ? home : other, "f" + i, asset(50_000));
    }
    assertThat(cache.weight()).isLessThanOrEqualTo(200_000);
    assertThat(home.assets()).containsOnlyKeys("f8");
    assertThat(other.assets()).containsOnlyKeys("f7", "f9");
  }

  @Test
  void aNewerVersionTakesThePlaceOfTheOlder() throws Exception {
    cache.put(home, "f", asset(50_000));
    cache.put(home, "f", asset(10));
    assertThat(cache.weight()).isLessThan(1_000);
    cache.remove(home, "f");
    assertThat(cache.weight()).isZero();
    assertThat(home.assets()).isEmpty();
  }

  @Test
  void whoIsForgottenIsNotFilledAgain() throws Exception {
    cache.put(home, "f", asset(10));
    cache.put(other, "f", asset(10));
    cache.forget(home);
    cache.put(home, "late", asset(10));
    assertThat(home.assets()).isEmpty();
    assertThat(other.assets()).containsOnlyKeys("f");
  }

  @Test
  void largeFilesAreNotKept() throws Exception {
    assertThat(asset(Asset.KEPT).content).hasSize(Asset.KEPT);
    assertThat(asset(Asset.KEPT + 1).content).isNull();
  }
}
