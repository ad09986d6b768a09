// SPDX-License-Identifier: Apache-2.0
package io.ioto.kickstart;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.RuntimeMXBean;
import java.lang.management.ThreadMXBean;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// Reads the figures of this process and its machine.
final class Meter {
  private final OperatingSystemMXBean system =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private final MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final RuntimeMXBean runtime = ManagementFactory.getRuntimeMXBean();
  private final InstantSource clock;

  Meter(InstantSource clock) {
    this.clock = clock;
  }

  /// The figures since the last call, or as they are.
  Sample read() {
    var heap = memory.getHeapMemoryUsage();
    return new Sample(
        clock.millis(),
        known(system.getProcessCpuLoad()),
        known(system.getCpuLoad()),
        heap.getUsed(),
        heap.getMax(),
        known(system.getSystemLoadAverage()),
        threads.getThreadCount(),
        runtime.getUptime());
  }

  /// The platform says by a negative number that it does not know.
  private static @Nullable Double known(double figure) {
    return figure >= 0 ? Double.valueOf(figure) : null;
  }

  /// Processors that the process may use.
  int processors() {
    return system.getAvailableProcessors();
  }
}
