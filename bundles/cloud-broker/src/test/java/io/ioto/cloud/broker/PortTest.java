// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;

final class PortTest {
  private Site site;

  @BeforeEach
  void open(@TempDir Path folder) throws Exception {
    site = new Site(folder);
    site.begin(folder);
    forget();
  }

  @AfterEach
  void close() throws Exception {
    site.close();
    forget();
  }

  private static void forget() {
    System.clearProperty("ioto.fatal");
    System.clearProperty("ioto.broker.listening");
  }

  private void refusedOn(ServerSocket taken) {
    var url = "mqtts://127.0.0.1:" + taken.getLocalPort();
    assertThatThrownBy(() -> site.startOn(url))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("in use");
  }

  @Test
  void portInUseEndsTheProcessAtItsStart() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      refusedOn(taken);
      assertThat(System.getProperty("ioto.fatal"))
          .startsWith("Cannot listen on mqtts://127.0.0.1:" + taken.getLocalPort() + ": ");
    }
  }

  @Test
  void portInUseIsOnlyToldLaterAndTheStateIsFreeForTheNext() throws Exception {
    site.start();
    site.stop();
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      refusedOn(taken);
      assertThat(System.getProperty("ioto.fatal")).isNull();
      assertThat(site.context().getBundle(0).getState()).isEqualTo(Bundle.ACTIVE);
    }
    site.start();
  }
}
