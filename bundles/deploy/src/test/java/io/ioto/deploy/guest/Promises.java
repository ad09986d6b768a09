// SPDX-License-Identifier: Apache-2.0
package io.ioto.deploy.guest;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;

/// Registers a service that nobody can get.
public final class Promises implements BundleActivator, ServiceFactory<Supplier<?>> {
  @Override
  public void start(BundleContext context) {
    context.registerService(Supplier.class.getName(), this, null);
  }

  @Override
  public void stop(BundleContext context) {
    // the framework unregisters the service
  }

  @Override
  @SuppressWarnings("NullAway") // which is the point
  public @Nullable Supplier<?> getService(
      Bundle bundle, ServiceRegistration<Supplier<?>> registration) {
    return null;
  }

  @Override
  public void ungetService(
      Bundle bundle, ServiceRegistration<Supplier<?>> registration, Supplier<?> service) {
    throw new AssertionError("never got");
  }
}
