// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.provision;

import io.ioto.api.http.Call;
import org.osgi.annotation.versioning.ProviderType;

/// The cloud that manages this device, as it may be called. A service only while the device is
/// provisioned; other credentials make a new service. May be shared between threads.
@ProviderType
public interface CloudApi {
  /// The device, as the cloud knows it.
  String device();

  /// Begins a call, with the trust and the token it needs.
  ///
  /// @param method upper-case HTTP method
  /// @param path below the base of the cloud's REST interface, such as `/tok/device/status`; a
  ///     query may follow
  Call call(String method, String path);
}
