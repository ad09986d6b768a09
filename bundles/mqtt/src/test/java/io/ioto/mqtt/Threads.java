// SPDX-License-Identifier: Apache-2.0
package io.ioto.mqtt;

import io.ioto.api.runtime.Fibers;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;

/// Fibers of nobody.
final class Threads implements Fibers {
  @Override
  public Thread start(String name, Runnable work) {
    return Thread.ofVirtual().name(name).start(work);
  }

  @Override
  public <T> Future<T> submit(String name, Callable<T> work) {
    throw new UnsupportedOperationException();
  }
}
