// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.api.cloud.Presence;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AttendanceTest {
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  private Site site;
  private Attendance attendance;

  @BeforeEach
  void open(@TempDir Path folder) throws Exception {
    site = new Site(folder);
    attendance = new Attendance(site.context(), Duration.ofSeconds(10));
  }

  @AfterEach
  void close() throws Exception {
    attendance.close();
    site.close();
  }

  private void look(String device, boolean present) {
    attendance.look(device, () -> present);
  }

  @Test
  void slowProviderIsToldTheLastStateOfEachDevice() throws Exception {
    var turns = new Semaphore(0);
    Presence slow =
        (device, online) -> {
          turns.acquireUninterruptibly();
          told.add(device + " " + online);
        };
    site.context().registerService(Presence.class, slow, null);
    look("d0", true);
    for (var i = 0; i < 100; i++) {
      look("d1", true);
      look("d1", false);
    }
    look("d2", true);
    look("d1", true);
    look("d1", true);
    turns.release(1000);
    assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("d0 true");
    assertThat(told.poll(10, TimeUnit.SECONDS)).matches("d[12] .*");
    attendance.close();
    assertThat(told.stream().filter(t -> t.startsWith("d1")).reduce((_, last) -> last))
        .contains("d1 true");
    assertThat(told.size()).isLessThan(4);
    assertThat(attendance.online()).containsExactlyInAnyOrder("d0", "d1", "d2");
  }

  @Test
  void providerThatFailsIsToldOfTheNext() throws Exception {
    Presence failing =
        (device, online) -> {
          told.add(device + " " + online);
          throw new IllegalStateException("of " + device);
        };
    site.context().registerService(Presence.class, failing, null);
    look("d1", true);
    look("d2", true);
    assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("d1 true");
    assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("d2 true");
  }
}
