// SPDX-License-Identifier: Apache-2.0
package io.ioto.provision;

import io.ioto.api.device.Device;
import io.ioto.api.device.Identity;
import io.ioto.api.http.Call;
import io.ioto.api.http.Http;
import io.ioto.api.provision.CloudApi;
import io.ioto.api.tls.Trust;
import io.ioto.json.Mapper;
import java.net.URI;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;

/// Calls the cloud in the name of the device, while it has an identity.
@Component(
    service = CloudApi.class,
    configurationPid = "io.ioto.provision",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class AuthorisedApi implements CloudApi {
  private final Identity identity;
  private final Http http;
  private final Trust trust;

  @Activate
  public AuthorisedApi(
      @Reference Identity identity,
      @Reference Http http,
      @Reference Device device,
      Enrolment.Config config) {
    this(
        identity,
        http,
        Settings.of(config).remembering(ProgressFile.of(device, Mapper.create()).read()).trust());
  }

  AuthorisedApi(Identity identity, Http http, Trust trust) {
    this.identity = identity;
    this.http = http;
    this.trust = trust;
  }

  @Override
  public String device() {
    return identity.id();
  }

  @Override
  public Call call(String method, String path) {
    var cloud = identity.cloud();
    return http.call(method, URI.create(cloud.api() + path)).bearer(cloud.token()).trust(trust);
  }
}
