// SPDX-License-Identifier: Apache-2.0
package io.ioto.tls;

import io.ioto.api.tls.Authorities;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;

/// Keeps the keys of authorities as PEM files.
@Component(
    service = Authorities.class,
    configurationPid = "io.ioto.tls",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class FileAuthorities implements Authorities {
  /// See `settings.json5`.
  public @interface Config {
    String folder();
  }

  private static final Duration VALIDITY = Duration.ofDays(20 * 365);

  private final KeyFolder folder;
  private final InstantSource clock;

  @Activate
  public FileAuthorities(Config config) {
    this(new KeyFolder(Path.of(config.folder())), InstantSource.system());
  }

  FileAuthorities(KeyFolder folder, InstantSource clock) {
    this.folder = folder;
    this.clock = clock;
  }

  @Override
  public String certificate(String authority) {
    return Pem.text(credentials(authority).certificate());
  }

  @Override
  public String issue(String authority, String request, Grant grant) {
    var issuer = credentials(authority);
    var key = Request.key(request);
    var now = clock.instant();
    var end = now.plus(grant.validity());
    var extensions = grant.names().isEmpty() ? X509.client() : X509.server(grant.names());
    try {
      var certificate =
          new X509(
                  issuer.certificate().getSubjectX500Principal().getEncoded(),
                  issuer.key(),
                  Signing.ECDSA)
              .sign(X509.name(grant.commonName()), key, now, end, extensions);
      return Pem.text(certificate) + Pem.text(issuer.certificate());
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private synchronized Credentials credentials(String authority) {
    var name = "authority-" + authority;
    return folder.credentials(name).orElseGet(() -> make(name, authority));
  }

  private Credentials make(String name, String authority) {
    try {
      var pair = X509.newKey();
      var subject = X509.name("Ioto", authority);
      var now = clock.instant();
      var certificate =
          new X509(subject, pair.getPrivate(), Signing.ECDSA)
              .sign(subject, pair.getPublic(), now, now.plus(VALIDITY), X509.authority());
      var made = new Credentials(pair.getPrivate(), List.of(certificate));
      folder.store(name, made);
      return made;
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
