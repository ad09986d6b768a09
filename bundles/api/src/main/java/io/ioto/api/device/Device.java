// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.device;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/// Who this device is, cloud or no cloud. Other configuration makes a new service.
@ProviderType
public interface Device {
  /// The claim id: printed on the label, known to whoever may claim the device, its name for the
  /// cloud and the broker. On disk before anybody sees it.
  String id();

  /// The product token, with which devices of a product register.
  Optional<String> product();

  /// What `device` says besides: name, description, model, and properties of the operator's own.
  /// Values are String, Boolean, Long or Double; id and product are not among them.
  Map<String, Object> attributes();

  /// The folder for what must outlive a restart; private to its owner.
  Path state();

  /// Makes the device what it was when it left the factory: calls every [Resettable]. Its id
  /// stays, since it is on the label. Not done before it returns: after a crash or an exception it
  /// has to be repeated.
  ///
  /// @throws IllegalStateException when one of them failed; all have been called
  void reset();
}
