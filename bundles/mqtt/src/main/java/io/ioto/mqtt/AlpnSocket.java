// SPDX-License-Identifier: Apache-2.0
package io.ioto.mqtt;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.HandshakeCompletedListener;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/// A TLS socket that asks for an application protocol (RFC 7301), and checks the name of the
/// server. Paho replaces the parameters of a socket, and the protocols with them, right before the
/// handshake (eclipse/paho.mqtt.java #858), so both are set when that begins.
///
/// Where a connection ends right after the handshake, as it does when the server does not want
/// this client's certificate, Paho's thread that connects would wait for its receiver for ever. So
/// the end is not told before something has been written, which Paho does once all its threads
/// run. All else is the socket's below.
final class AlpnSocket extends SSLSocket {
  private final SSLSocket below;
  private final String protocol;
  private final Consumer<IOException> ended;
  private final CountDownLatch written = new CountDownLatch(1);
  private volatile boolean shaken;

  /// @param ended told, once or more, when nothing more can be read; must not block
  AlpnSocket(SSLSocket below, String protocol, Consumer<IOException> ended) {
    this.below = below;
    this.protocol = protocol;
    this.ended = ended;
  }

  @Override
  public void startHandshake() throws IOException {
    var parameters = below.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    if (!protocol.isEmpty()) {
      parameters.setApplicationProtocols(new String[] {protocol});
    }
    below.setSSLParameters(parameters);
    below.startHandshake();
    shaken = true;
  }

  /// Tells the end only once something was written, or after some seconds.
  private final class Patient extends FilterInputStream {
    Patient(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      try {
        return seen(in.read());
      } catch (SocketTimeoutException e) {
        throw e;
      } catch (IOException e) {
        end(e);
        throw e;
      }
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      try {
        return seen(in.read(buffer, offset, length));
      } catch (SocketTimeoutException e) {
        throw e;
      } catch (IOException e) {
        end(e);
        throw e;
      }
    }

    private int seen(int read) {
      if (read < 0) {
        end(new EOFException("the broker closed the connection"));
      }
      return read;
    }

    private void end(IOException why) {
      settle();
      ended.accept(why);
    }
  }

  /// Waits until Paho's threads run, if they are about to.
  void settle() {
    try {
      if (shaken && !written.await(5, TimeUnit.SECONDS)) {
        written.countDown();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Noted extends FilterOutputStream {
    Noted(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int value) throws IOException {
      written.countDown();
      out.write(value);
    }

    @Override
    public void write(byte[] buffer, int offset, int length) throws IOException {
      written.countDown();
      out.write(buffer, offset, length);
    }
  }

  @Override
  public SSLParameters getSSLParameters() {
    return below.getSSLParameters();
  }

  @Override
  public void setSSLParameters(SSLParameters parameters) {
    below.setSSLParameters(parameters);
  }

  @Override
  public String getApplicationProtocol() {
    return below.getApplicationProtocol();
  }

  @Override
  public String getHandshakeApplicationProtocol() {
    return below.getHandshakeApplicationProtocol();
  }

  @Override
  public SSLSession getSession() {
    return below.getSession();
  }

  @Override
  public SSLSession getHandshakeSession() {
    return below.getHandshakeSession();
  }

  @Override
  public String[] getSupportedCipherSuites() {
    return below.getSupportedCipherSuites();
  }

  @Override
  public String[] getEnabledCipherSuites() {
    return below.getEnabledCipherSuites();
  }

  @Override
  public void setEnabledCipherSuites(String[] suites) {
    below.setEnabledCipherSuites(suites);
  }

  @Override
  public String[] getSupportedProtocols() {
    return below.getSupportedProtocols();
  }

  @Override
  public String[] getEnabledProtocols() {
    return below.getEnabledProtocols();
  }

  @Override
  public void setEnabledProtocols(String[] protocols) {
    below.setEnabledProtocols(protocols);
  }

  @Override
  public void addHandshakeCompletedListener(HandshakeCompletedListener listener) {
    below.addHandshakeCompletedListener(listener);
  }

  @Override
  public void removeHandshakeCompletedListener(HandshakeCompletedListener listener) {
    below.removeHandshakeCompletedListener(listener);
  }

  @Override
  public void setUseClientMode(boolean mode) {
    below.setUseClientMode(mode);
  }

  @Override
  public boolean getUseClientMode() {
    return below.getUseClientMode();
  }

  @Override
  public void setNeedClientAuth(boolean need) {
    below.setNeedClientAuth(need);
  }

  @Override
  public boolean getNeedClientAuth() {
    return below.getNeedClientAuth();
  }

  @Override
  public void setWantClientAuth(boolean want) {
    below.setWantClientAuth(want);
  }

  @Override
  public boolean getWantClientAuth() {
    return below.getWantClientAuth();
  }

  @Override
  public void setEnableSessionCreation(boolean flag) {
    below.setEnableSessionCreation(flag);
  }

  @Override
  public boolean getEnableSessionCreation() {
    return below.getEnableSessionCreation();
  }

  @Override
  public void connect(SocketAddress endpoint) throws IOException {
    below.connect(endpoint);
  }

  @Override
  public void connect(SocketAddress endpoint, int timeout) throws IOException {
    below.connect(endpoint, timeout);
  }

  @Override
  public void bind(SocketAddress address) throws IOException {
    below.bind(address);
  }

  @Override
  public InputStream getInputStream() throws IOException {
    return new Patient(below.getInputStream());
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    return new Noted(below.getOutputStream());
  }

  @Override
  public void shutdownInput() throws IOException {
    below.shutdownInput();
  }

  @Override
  public void shutdownOutput() throws IOException {
    below.shutdownOutput();
  }

  @Override
  public void close() throws IOException {
    written.countDown();
    below.close();
  }

  @Override
  public boolean isClosed() {
    return below.isClosed();
  }

  @Override
  public boolean isConnected() {
    return below.isConnected();
  }

  @Override
  public boolean isBound() {
    return below.isBound();
  }

  @Override
  public boolean isInputShutdown() {
    return below.isInputShutdown();
  }

  @Override
  public boolean isOutputShutdown() {
    return below.isOutputShutdown();
  }

  @Override
  public InetAddress getInetAddress() {
    return below.getInetAddress();
  }

  @Override
  public InetAddress getLocalAddress() {
    return below.getLocalAddress();
  }

  @Override
  public int getPort() {
    return below.getPort();
  }

  @Override
  public int getLocalPort() {
    return below.getLocalPort();
  }

  @Override
  public SocketAddress getRemoteSocketAddress() {
    return below.getRemoteSocketAddress();
  }

  @Override
  public SocketAddress getLocalSocketAddress() {
    return below.getLocalSocketAddress();
  }

  @Override
  public void setTcpNoDelay(boolean on) throws SocketException {
    below.setTcpNoDelay(on);
  }

  @Override
  public boolean getTcpNoDelay() throws SocketException {
    return below.getTcpNoDelay();
  }

  @Override
  public void setSoTimeout(int timeout) throws SocketException {
    below.setSoTimeout(timeout);
  }

  @Override
  public int getSoTimeout() throws SocketException {
    return below.getSoTimeout();
  }

  @Override
  public void setSoLinger(boolean on, int linger) throws SocketException {
    below.setSoLinger(on, linger);
  }

  @Override
  public int getSoLinger() throws SocketException {
    return below.getSoLinger();
  }

  @Override
  public void setKeepAlive(boolean on) throws SocketException {
    below.setKeepAlive(on);
  }

  @Override
  public boolean getKeepAlive() throws SocketException {
    return below.getKeepAlive();
  }

  @Override
  public void setSendBufferSize(int size) throws SocketException {
    below.setSendBufferSize(size);
  }

  @Override
  public int getSendBufferSize() throws SocketException {
    return below.getSendBufferSize();
  }

  @Override
  public void setReceiveBufferSize(int size) throws SocketException {
    below.setReceiveBufferSize(size);
  }

  @Override
  public int getReceiveBufferSize() throws SocketException {
    return below.getReceiveBufferSize();
  }

  @Override
  public String toString() {
    return below.toString();
  }
}
