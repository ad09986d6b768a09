// SPDX-License-Identifier: Apache-2.0
package io.ioto.tls;

import io.ioto.api.tls.DeviceKeys;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;

/// Keeps keys as PEM files.
@Component(
    service = DeviceKeys.class,
    configurationPid = "io.ioto.tls",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class FileKeys implements DeviceKeys {
  /// See `settings.json5`.
  public @interface Config {
    String folder();
  }

  private final KeyFolder folder;

  @Activate
  public FileKeys(Config config) {
    folder = new KeyFolder(Path.of(config.folder()));
  }

  @Override
  public String request(String name, String commonName) {
    var pair = folder.waiting(name);
    try {
      var request = new X509(X509.name(commonName), pair.getPrivate(), Signing.ECDSA);
      return Pem.text("CERTIFICATE REQUEST", request.request(pair.getPublic()));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  @Override
  public String fingerprint(String name) {
    try {
      var key = folder.waiting(name).getPublic().getEncoded();
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(key));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  @Override
  public void install(String name, String chain) {
    folder.install(name, chain);
  }

  @Override
  public Optional<X509Certificate> certificate(String name) {
    return folder.credentials(name).map(Credentials::certificate);
  }

  @Override
  public void remove(String name) {
    folder.remove(name);
  }
}
