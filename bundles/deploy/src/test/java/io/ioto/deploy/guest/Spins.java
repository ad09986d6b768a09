// SPDX-License-Identifier: Apache-2.0
package io.ioto.deploy.guest;

import java.util.concurrent.CountDownLatch;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/// Takes a processor for itself until a latch in the registry opens.
public final class Spins implements BundleActivator {
  @Override
  public void start(BundleContext context) {
    var latch = context.getService(context.getServiceReference(CountDownLatch.class));
    while (latch.getCount() > 0) {
      Thread.onSpinWait();
    }
  }

  @Override
  public void stop(BundleContext context) {
    // nothing to stop
  }
}
