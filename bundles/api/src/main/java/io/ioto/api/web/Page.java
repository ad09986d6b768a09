// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.web;

import org.osgi.annotation.versioning.ConsumerType;

/// A page worth telling a person about, such as the console; a service while it can be opened.
@ConsumerType
public interface Page {
  String title();

  /// Path on every [Listener].
  String path();
}
