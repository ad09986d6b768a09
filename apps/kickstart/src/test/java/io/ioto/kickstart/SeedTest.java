// SPDX-License-Identifier: Apache-2.0
package io.ioto.kickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.api.db.Db;
import io.ioto.api.db.Query;
import io.ioto.db.Store;
import io.ioto.testing.Sections;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.launch.Framework;

class SeedTest {
  @TempDir Path folder;
  private Framework framework;
  private Store store;

  @BeforeEach
  void open() throws Exception {
    framework =
        new FrameworkFactory()
            .newFramework(Map.of("org.osgi.framework.storage", folder.resolve("cache").toString()));
    framework.start();
    Files.createDirectories(folder.resolve("config"));
    Files.copy(Path.of("../../runtime-config/schema.json5"), folder.resolve("config/schema.json5"));
    store =
        new Store(
            framework.getBundleContext(),
            Sections.config(Store.Config.class, "io.ioto.db", folder, "{}"));
  }

  @AfterEach
  void close() throws Exception {
    store.close();
    framework.stop();
    framework.waitForStop(10_000);
  }

  private long ports() {
    return store.count(Query.of("Port"));
  }

  @Test
  void portsAreMadeOnce() {
    Db db = store;
    assertThat(Seed.sow(db)).isTrue();
    assertThat(ports()).isEqualTo(6);
    assertThat(Seed.sow(db)).isFalse();
    for (var port : db.find(Query.of("Port")).items()) {
      db.remove("Port", Map.of("id", port.text("id")));
    }
    assertThat(Seed.sow(db)).isFalse();
    assertThat(ports()).isZero();
  }

  @Test
  void whoeverHasPortsGetsNoOthers() {
    store.create("Port", Map.of("name", "eth0"));
    Seed.sow(store);
    assertThat(ports()).isEqualTo(1);
    store.remove("Port", Map.of("id", store.find(Query.of("Port")).items().getFirst().text("id")));
    assertThat(Seed.sow(store)).isFalse();
  }
}
