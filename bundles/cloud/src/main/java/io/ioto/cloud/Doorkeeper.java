// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud;

import io.ioto.api.cloud.Admission;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/// Lets a device in at the broker while it is somebody's and shows one of its own certificates.
@Component(service = Admission.class)
public final class Doorkeeper implements Admission {
  private final Registry registry;

  @Activate
  public Doorkeeper(@Reference Registry registry) {
    this.registry = registry;
  }

  @Override
  public Optional<Guest> admit(String client, X509Certificate certificate) {
    try {
      return registry
          .admit(client, Tokens.digest(certificate.getEncoded()))
          .map(device -> new Guest(device.id(), device.account()));
    } catch (CertificateEncodingException e) {
      throw new IllegalArgumentException("the certificate of " + client + " is damaged", e);
    }
  }
}
