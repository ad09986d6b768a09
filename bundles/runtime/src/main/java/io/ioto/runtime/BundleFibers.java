// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import io.ioto.api.runtime.Fibers;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.ServiceScope;

/// The fibers of one bundle.
@Component(
    service = Fibers.class,
    scope = ServiceScope.BUNDLE,
    configurationPid = {"io.ioto.runtime", "io.ioto.runtime.limits"},
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class BundleFibers implements Fibers {
  /// See `settings.json5`.
  public @interface Config {
    int fibers();

    long fibers_join();
  }

  private final Crew crew;

  @Activate
  public BundleFibers(ComponentContext context, Config config) {
    this(new Crew(User.of(context), config.fibers(), Duration.ofMillis(config.fibers_join())));
  }

  BundleFibers(Crew crew) {
    this.crew = crew;
  }

  @Override
  public Thread start(String name, Runnable work) {
    return crew.start(name, work);
  }

  @Override
  public <T> Future<T> submit(String name, Callable<T> work) {
    var task = new FutureTask<>(work);
    crew.start(name, task);
    return task;
  }

  @Deactivate
  public void close() {
    crew.close();
  }
}
