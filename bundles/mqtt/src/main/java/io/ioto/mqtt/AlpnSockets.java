// SPDX-License-Identifier: Apache-2.0
package io.ioto.mqtt;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/// Makes TLS sockets which ask for an application protocol whatever Paho does to them.
final class AlpnSockets extends SSLSocketFactory {
  private final SSLSocketFactory factory;
  private final String protocol;

  /// @param protocol empty for none
  AlpnSockets(SSLContext context, String protocol) {
    factory = context.getSocketFactory();
    this.protocol = protocol;
  }

  private Socket wrapped(Socket socket) {
    return new AlpnSocket((SSLSocket) socket, protocol);
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
