// SPDX-License-Identifier: Apache-2.0
package io.ioto.tls;

import io.ioto.api.tls.Tls;
import io.ioto.api.tls.Trust;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Key material from PEM files: the operator's, or the gateway's own.
@Component(
    service = Tls.class,
    configurationPid = "io.ioto.tls",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class PemTls implements Tls {
  /// See `settings.json5`.
  public @interface Config {
    @Nullable String certificate();

    @Nullable String key();

    String @Nullable [] ciphers();

    String folder();
  }

  /// @param certificate the operator's files; null for a self-signed pair
  /// @param ciphers allowed suites; empty for those of the Java runtime
  /// @param folder where the self-signed pair is kept
  record Settings(
      @Nullable Path certificate, @Nullable Path key, List<String> ciphers, Path folder) {
    Settings {
      ciphers = List.copyOf(ciphers);
      if (certificate == null && key != null) {
        throw new IllegalArgumentException(
            "tls.key is set and tls.certificate is not; expected both or neither");
      }
      if (certificate != null && key == null) {
        throw new IllegalArgumentException(
            "tls.certificate is set and tls.key is not; expected both or neither");
      }
    }

    static Settings of(Config config) {
      var ciphers = config.ciphers();
      return new Settings(
          path(config.certificate()),
          path(config.key()),
          ciphers == null ? List.of() : List.of(ciphers),
          Path.of(config.folder()));
    }

    private static @Nullable Path path(@Nullable String text) {
      return text == null || text.isEmpty() ? null : Path.of(text);
    }
  }

  private static final Logger log = LoggerFactory.getLogger(PemTls.class);
  private static final Set<String> PROTOCOLS = Set.of("TLSv1.3", "TLSv1.2");

  private final Credentials credentials;
  private final SSLContext context;
  private final KeyFolder keys;
  private final ClientContexts clients = new ClientContexts();

  @Activate
  public PemTls(Config config) {
    this(Settings.of(config), InstantSource.system());
  }

  PemTls(Settings settings, InstantSource clock) {
    credentials = credentials(settings, clock);
    context = context(credentials, settings.ciphers());
    keys = new KeyFolder(settings.folder());
  }

  @Override
  public SSLContext server() {
    return context;
  }

  @Override
  public String fingerprint() {
    return credentials.fingerprint();
  }

  @Override
  public SSLContext client(Trust trust) {
    return clients.of(trust, null);
  }

  @Override
  public SSLContext client(Trust trust, String credentials) {
    return clients.of(
        trust,
        keys.credentials(credentials)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "there are no credentials '%s'".formatted(credentials))));
  }

  private static Credentials credentials(Settings settings, InstantSource clock) {
    if (settings.certificate() == null || settings.key() == null) {
      return new SelfSigned(settings.folder(), clock).credentials();
    }
    var credentials = Pem.read(settings.certificate(), settings.key());
    var end = credentials.certificate().getNotAfter().toInstant();
    if (clock.instant().isAfter(end)) {
      log.warn(
          "{}: the certificate ended on {}; clients will refuse it", settings.certificate(), end);
    }
    return credentials;
  }

  private static SSLContext context(Credentials credentials, List<String> ciphers) {
    try {
      var context = SSLContext.getInstance("TLS");
      // No trust: without these the runtime would read its whole list of authorities.
      context.init(new KeyManager[] {new OneKey(credentials)}, new TrustManager[0], null);
      return new LimitedContext(context, allowed(context, ciphers));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static SSLParameters allowed(SSLContext context, List<String> ciphers) {
    var protocols =
        Arrays.stream(context.getSupportedSSLParameters().getProtocols())
            .filter(PROTOCOLS::contains)
            .toArray(String[]::new);
    if (ciphers.isEmpty()) {
      return new SSLParameters(context.getDefaultSSLParameters().getCipherSuites(), protocols);
    }
    var known = List.of(context.getSupportedSSLParameters().getCipherSuites());
    var unknown = ciphers.stream().filter(c -> !known.contains(c)).toList();
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "tls.ciphers: unknown %s; expected IANA names such as %s"
              .formatted(String.join(", ", unknown), known.getFirst()));
    }
    return new SSLParameters(ciphers.toArray(String[]::new), protocols);
  }
}
