// SPDX-License-Identifier: Apache-2.0
package io.ioto.mqtt;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/// Makes TLS sockets which ask for an application protocol whatever Paho does to them.
final class AlpnSockets extends SSLSocketFactory {
  private final SSLSocketFactory factory;
  private final String protocol;
  private final Consumer<IOException> ended;
  private volatile @Nullable AlpnSocket last;

  /// @param protocol empty for none
  /// @param ended told, once or more, when nothing more can be read from a socket; must not block
  AlpnSockets(SSLContext context, String protocol, Consumer<IOException> ended) {
    factory = context.getSocketFactory();
    this.protocol = protocol;
    this.ended = ended;
  }

  /// Waits until Paho can be told to end; see [AlpnSocket].
  void settle() {
    var socket = last;
    if (socket != null) {
      socket.settle();
    }
  }

  private Socket wrapped(Socket socket) throws IOException {
    // Else a message waits until the acknowledgement before it has been acknowledged by the other
    // side's TCP, which takes 40 ms.
    socket.setTcpNoDelay(true);
    var made = new AlpnSocket((SSLSocket) socket, protocol, ended);
    last = made;
    return made;
  }

  @Override
  public Socket createSocket() throws IOException {
    return wrapped(factory.createSocket());
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return wrapped(factory.createSocket(host, port));
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress local, int localPort)
      throws IOException {
    return wrapped(factory.createSocket(host, port, local, localPort));
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return wrapped(factory.createSocket(host, port));
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
      throws IOException {
    return wrapped(factory.createSocket(host, port, local, localPort));
  }

  @Override
  public Socket createSocket(Socket below, String host, int port, boolean autoClose)
      throws IOException {
    return wrapped(factory.createSocket(below, host, port, autoClose));
  }

  @Override
  public String[] getDefaultCipherSuites() {
    return factory.getDefaultCipherSuites();
  }

  @Override
  public String[] getSupportedCipherSuites() {
    return factory.getSupportedCipherSuites();
  }
}
