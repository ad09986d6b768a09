// SPDX-License-Identifier: Apache-2.0
package io.ioto.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;

class AlpnSocketsTest {
  @Test
  void messagesDoNotWaitForTheAcknowledgementOfOthers() throws Exception {
    var sockets = new AlpnSockets(SSLContext.getDefault(), "", _ -> {});
    try (var socket = sockets.createSocket()) {
      assertThat(socket.getTcpNoDelay()).isTrue();
    }
  }
}
