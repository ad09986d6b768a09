// SPDX-License-Identifier: Apache-2.0
package io.ioto.deploy.guest;

import java.util.concurrent.CountDownLatch;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/// Hangs in the phases its header `Hangs` names until a latch in the registry opens; heeds an
/// interrupt when the header `Polite` is there.
public final class Hangs implements BundleActivator {
  @Override
  public void start(BundleContext context) throws InterruptedException {
    hang(context, "start");
  }

  @Override
  public void stop(BundleContext context) throws InterruptedException {
    hang(context, "stop");
  }

  private static void hang(BundleContext context, String phase) throws InterruptedException {
    var headers = context.getBundle().getHeaders("");
    var latch = context.getService(context.getServiceReference(CountDownLatch.class));
    while (phase.equals(headers.get("Hangs")) && latch.getCount() > 0) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        if (headers.get("Polite") != null) {
          throw e;
        }
      }
    }
  }
}
