// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.broker;

import io.ioto.api.tls.Authorities;
import io.ioto.api.tls.DeviceKeys;
import io.ioto.api.tls.Tls;
import io.ioto.api.tls.Trust;
import java.time.Duration;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/// The certificate that the broker shows, issued by the cloud's own authority, and its demand for
/// one of the same authority. May be shared between threads.
final class Certificate {
  /// What devices ask for: AWS IoT's word, and the registered one.
  static final String[] PROTOCOLS = {"x-amzn-mqtt-ca", "mqtt"};

  private static final String CREDENTIALS = "broker";

  private final Authorities authorities;
  private final DeviceKeys keys;
  private final Tls tls;
  private final String authority;
  private final Set<String> names;
  private final Duration validity;
  private volatile SSLContext context;

  Certificate(Authorities authorities, DeviceKeys keys, Tls tls, Settings settings) {
    this.authorities = authorities;
    this.keys = keys;
    this.tls = tls;
    authority = settings.authority();
    names = settings.names();
    validity = settings.validity();
    context = issue();
  }

  /// Has a new certificate issued, for a new key; connections that are open keep theirs.
  void renew() {
    context = issue();
  }

  private SSLContext issue() {
    var name = names.iterator().next();
    var grant = new Authorities.Grant(name, names, validity);
    var request = keys.request(CREDENTIALS, name);
    keys.install(CREDENTIALS, authorities.issue(authority, request, grant));
    return tls.client(new Trust.Authorities(authority()), CREDENTIALS);
  }

  /// The certificate of the authority, as PEM.
  String authority() {
    return authorities.certificate(authority);
  }

  /// For one connection.
  SSLEngine engine() {
    var engine = context.createSSLEngine();
    engine.setUseClientMode(false);
    var parameters = engine.getSSLParameters();
    parameters.setNeedClientAuth(true);
    parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
    // RFC 7301: who asks for none of these is refused, who asks for nothing is not.
    parameters.setApplicationProtocols(PROTOCOLS);
    engine.setSSLParameters(parameters);
    return engine;
  }
}
