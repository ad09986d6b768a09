// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.http;

import io.ioto.api.tls.Trust;
import java.time.Duration;
import org.osgi.annotation.versioning.ProviderType;

/// One call being put together. Belongs to one thread. Unless told otherwise it trusts the
/// authorities of the Java runtime, shows no certificate, and takes its deadline, its limit and
/// its number of repetitions from the configuration. Redirects are not followed.
@ProviderType
public interface Call {
  /// Sets a header, replacing an earlier value.
  ///
  /// @throws IllegalArgumentException for a name or value that HTTP does not allow
  Call header(String name, String value);

  /// Sets `Authorization: Bearer …`.
  default Call bearer(String token) {
    return header("Authorization", "Bearer " + token);
  }

  /// Sends these bytes.
  ///
  /// @param type media type
  Call body(byte[] content, String type);

  /// Sends JSON text and asks for JSON.
  Call json(String text);

  /// Whom to believe.
  Call trust(Trust trust);

  /// Shows the certificate of these credentials; see [io.ioto.api.tls.DeviceKeys].
  Call credentials(String name);

  /// Longest time from [#send] to the last byte of the answer, for each attempt.
  Call timeout(Duration timeout);

  /// Most bytes of the answer's body.
  Call limit(long bytes);

  /// Most repetitions after a failure that may pass: no connection, a connection cut off, a
  /// timeout, or the answers 429, 502, 503 and 504. Between them the call sleeps, for a random
  /// time below a bound that doubles, or as long as the server asks, up to a configured limit.
  /// Calls of methods that are not idempotent (RFC 9110 §9.2.2) are not repeated unless they are
  /// [#repeatable].
  Call retries(int most);

  /// Says that the other side does the same once when asked twice.
  Call repeatable();

  /// Sends the call and waits for the whole answer, whatever its status.
  ///
  /// @throws CallException when there is no whole answer
  Answer send();
}
