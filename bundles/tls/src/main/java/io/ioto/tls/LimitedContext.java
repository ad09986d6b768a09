// SPDX-License-Identifier: Apache-2.0
package io.ioto.tls;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.security.KeyManagementException;
import java.security.SecureRandom;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/// A context whose engines and server sockets start with the protocols and cipher suites that are
/// allowed here, so that whoever listens need not know them.
final class LimitedContext extends SSLContext {
  /// @param allowed must be supported by the context
  LimitedContext(SSLContext context, SSLParameters allowed) {
    super(new Spi(context, allowed), context.getProvider(), context.getProtocol());
  }

  private static SSLParameters copy(SSLParameters allowed) {
    return new SSLParameters(allowed.getCipherSuites(), allowed.getProtocols());
  }

  private static final class Spi extends SSLContextSpi {
    private final SSLContext context;
    private final SSLParameters allowed;

    Spi(SSLContext context, SSLParameters allowed) {
      this.context = context;
      this.allowed = copy(allowed);
    }

    @Override
    protected void engineInit(
        KeyManager @Nullable [] keys,
        TrustManager @Nullable [] trust,
        @Nullable SecureRandom random)
        throws KeyManagementException {
      throw new KeyManagementException("is initialised already");
    }

    @Override
    protected SSLEngine engineCreateSSLEngine() {
      return limited(context.createSSLEngine());
    }

    @Override
    protected SSLEngine engineCreateSSLEngine(String host, int port) {
      return limited(context.createSSLEngine(host, port));
    }

    private SSLEngine limited(SSLEngine engine) {
      engine.setEnabledProtocols(allowed.getProtocols());
      engine.setEnabledCipherSuites(allowed.getCipherSuites());
      return engine;
    }

    @Override
    protected SSLServerSocketFactory engineGetServerSocketFactory() {
      return new LimitedServerSockets(context.getServerSocketFactory(), allowed);
    }

    @Override
    protected SSLSocketFactory engineGetSocketFactory() {
      throw new UnsupportedOperationException("this context is for listeners");
    }

    @Override
    protected SSLParameters engineGetDefaultSSLParameters() {
      return copy(allowed);
    }

    @Override
    protected SSLParameters engineGetSupportedSSLParameters() {
      return copy(allowed);
    }

    @Override
    protected SSLSessionContext engineGetServerSessionContext() {
      return context.getServerSessionContext();
    }

    @Override
    protected SSLSessionContext engineGetClientSessionContext() {
      return context.getClientSessionContext();
    }
  }

  private static final class LimitedServerSockets extends SSLServerSocketFactory {
    private final SSLServerSocketFactory factory;
    private final SSLParameters allowed;

    LimitedServerSockets(SSLServerSocketFactory factory, SSLParameters allowed) {
      this.factory = factory;
      this.allowed = allowed;
    }

    private ServerSocket limited(ServerSocket socket) {
      if (socket instanceof SSLServerSocket tls) {
        tls.setEnabledProtocols(allowed.getProtocols());
        tls.setEnabledCipherSuites(allowed.getCipherSuites());
      }
      return socket;
    }

    @Override
    public ServerSocket createServerSocket() throws IOException {
      return limited(factory.createServerSocket());
    }

    @Override
    public ServerSocket createServerSocket(int port) throws IOException {
      return limited(factory.createServerSocket(port));
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog) throws IOException {
      return limited(factory.createServerSocket(port, backlog));
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog, InetAddress address)
        throws IOException {
      return limited(factory.createServerSocket(port, backlog, address));
    }

    @Override
    public String[] getDefaultCipherSuites() {
      return allowed.getCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
      return allowed.getCipherSuites();
    }
  }
}
