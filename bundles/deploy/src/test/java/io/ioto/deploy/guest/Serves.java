// SPDX-License-Identifier: Apache-2.0
package io.ioto.deploy.guest;

import java.util.Map;
import java.util.function.Supplier;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;

/// Offers a service that says which version it is.
public final class Serves implements BundleActivator {
  @Override
  public void start(BundleContext context) {
    var bundle = context.getBundle();
    var mark = bundle.getHeaders("").get("Mark");
    var says = bundle.getVersion() + (mark == null ? "" : " " + mark);
    Supplier<String> service = () -> says;
    context.registerService(
        Supplier.class,
        service,
        FrameworkUtil.asDictionary(Map.of("name", bundle.getSymbolicName())));
  }

  @Override
  public void stop(BundleContext context) {
    // The framework unregisters the service.
  }
}
