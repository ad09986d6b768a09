// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import org.osgi.service.component.ComponentContext;

/// Names the bundle on whose behalf an instance of scope *bundle* exists.
final class User {
  private User() {}

  static String of(ComponentContext context) {
    var bundle = context.getUsingBundle();
    var name = bundle.getSymbolicName();
    return name == null ? "bundle-" + bundle.getBundleId() : name;
  }
}
