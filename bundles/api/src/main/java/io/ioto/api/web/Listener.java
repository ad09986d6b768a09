// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.web;

import java.net.URI;
import org.osgi.annotation.versioning.ProviderType;

/// A bound listening endpoint; a service while it is bound.
@ProviderType
public interface Listener {
  /// The address a person can open, with the real port where 0 was asked for.
  URI url();
}
