// SPDX-License-Identifier: Apache-2.0
package io.ioto.provision;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/// How far the device has come, as it is kept on the disk.
///
/// @param site base of the registration service it came this far with
/// @param fingerprint of the certificate that came with its address; null where none did
/// @param id of the device it is about
/// @param registered the cloud knows the device
/// @param claim what the cloud gave when the device was claimed
/// @param grant what it gave with the certificate
/// @param leaving a claim that has been given up: the credentials are to be destroyed and the
///     cloud is to be told
@JsonInclude(JsonInclude.Include.NON_NULL)
record Progress(
    String site,
    @Nullable String fingerprint,
    String id,
    boolean registered,
    @Nullable Claim claim,
    @Nullable Grant grant,
    @Nullable Claim leaving) {
  /// @param api base of the REST interface of the cloud that claimed the device
  /// @param token what the device's own calls to it are authorised by
  record Claim(String api, String token, String type, String name, String region) {}

  /// @param account that the device belongs to
  /// @param alpn empty for none
  /// @param authority PEM; empty for those of the Java runtime
  /// @param since when it was given
  record Grant(
      String account, String endpoint, int port, String alpn, String authority, String since) {}

  /// The very beginning.
  static Progress none(String site, @Nullable String fingerprint, String id) {
    return new Progress(site, fingerprint, id, false, null, null, null);
  }

  /// The very beginning, again.
  Progress forgotten() {
    return none(site, fingerprint, id);
  }

  /// With another fingerprint.
  Progress at(@Nullable String other) {
    return new Progress(site, other, id, registered, claim, grant, leaving);
  }

  Progress known() {
    return new Progress(site, fingerprint, id, true, null, null, null);
  }

  Progress claimed(Claim by) {
    return new Progress(site, fingerprint, id, true, by, null, null);
  }

  Progress granted(Grant what) {
    return new Progress(site, fingerprint, id, true, claim, what, null);
  }

  Progress left() {
    return new Progress(site, fingerprint, id, false, null, null, claim == null ? leaving : claim);
  }
}
