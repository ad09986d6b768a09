// SPDX-License-Identifier: Apache-2.0
package io.ioto.deploy.guest;

import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/// Fails to start.
public final class Throws implements BundleActivator {
  @Override
  public void start(BundleContext context) {
    throw new IllegalStateException("wrapped", new java.io.IOException("no such port"));
  }

  @Override
  public void stop(BundleContext context) {
    throw new AssertionError("never started");
  }
}
