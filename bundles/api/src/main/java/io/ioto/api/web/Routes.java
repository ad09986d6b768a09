// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.web;

import org.osgi.annotation.versioning.ConsumerType;

/// Published as a service by an application that answers HTTP requests. Two publishers of the same
/// path may coexist, as they do during a swap: the older one serves until it goes.
@ConsumerType
@FunctionalInterface
public interface Routes {
  /// Names the paths and their handlers. Called whenever a web server comes to serve them, which
  /// may be more than once; must not block.
  void register(Router router);
}
