// SPDX-License-Identifier: Apache-2.0
package io.ioto.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreloadTest {
  @TempDir Path folder;

  @Test
  void theListNamesTheClassesOfBundlesOnceAndInTheirOrder() throws IOException {
    var log = folder.resolve("classes.log");
    Files.writeString(
        log,
        """
        [0.020s][info][class,load] opened: /opt/ioto/lib/launcher.jar
        [0.182s][info][class,load] java.util.ArrayList source: shared objects file
        [0.300s][info][class,load] a.Second source: file:/opt/ioto/bundles/a.jar
        [0.301s][info][class,load] a.First$1 source: file:/opt/ioto/bundles/a.jar
        [0.302s][info][class,load] a.First$$Lambda/0x00 source: a.First
        [0.303s][info][class,load] java.io.Reader source: jrt:/java.base
        [0.304s][info][class,load] a.Second source: file:/opt/ioto/bundles/a.jar
        """);
    var list = folder.resolve("classes.lst");

    Preload.record(log, list);

    assertThat(list)
        .hasContent(
            """
            a.Second file:/opt/ioto/bundles/a.jar
            a.First$1 file:/opt/ioto/bundles/a.jar
            """);
  }
}
