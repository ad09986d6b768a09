// SPDX-License-Identifier: Apache-2.0
package io.ioto.deploy;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.api.deploy.DeployException;
import io.ioto.deploy.guest.Serves;
import io.ioto.deploy.guest.Throws;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleException;

@Timeout(60)
class HotFolderTest {
  private static final String QUICK =
      "{poll: '20 ms', settle: '100 ms', timeout: '400 ms', limits: {kept: 2}}";

  @TempDir Path folder;
  private Yard yard;

  @BeforeEach
  void start() throws BundleException {
    yard = new Yard(folder);
  }

  @AfterEach
  void stop() throws Exception {
    yard.close();
  }

  @Test
  void aBundleThatIsDroppedIsDeployed() throws Exception {
    yard.deployer(QUICK);

    drop(yard.jar("app", "1.0.0", Serves.class), "app.jar");

    eventually(() -> assertThat(hot("accepted/app.jar")).exists());
    assertThat(yard.bundles()).containsExactly("app/1.0.0");
    assertThat(hot("app.jar")).doesNotExist();
    assertThat(hot("app.jar.1")).doesNotExist();
  }

  @Test
  void aBundleThatIsRefusedIsKeptWithTheReason() throws Exception {
    yard.deployer(QUICK);

    drop(yard.jar("app", "1.0.0", Throws.class), "app.jar");

    eventually(() -> assertThat(hot("refused/app.jar")).exists());
    assertThat(hot("refused/app.jar.txt"))
        .content()
        .startsWith("FAILED: start of app/1.0.0 failed: java.io.IOException: no such port");
    assertThat(yard.bundles()).isEmpty();
  }

  @Test
  void whatLayThereBeforeTheStartIsDeployed() throws Exception {
    drop(yard.jar("app", "1.0.0", Serves.class), "app.jar");

    yard.deployer(QUICK);

    eventually(() -> assertThat(hot("accepted/app.jar")).exists());
  }

  @Test
  void aFileThatStillGrowsIsLeftUntilItIsComplete() throws Exception {
    yard.deployer("{poll: '20 ms', settle: '1 day'}");
    var jar = yard.jar("app", "1.0.0", Serves.class);
    var bytes = Files.readAllBytes(jar);
    eventually(() -> assertThat(hot("accepted")).exists());
    Files.write(hot("slow.jar"), Arrays.copyOf(bytes, bytes.length - 1));
    drop(jar, "whole.jar");
    eventually(() -> assertThat(hot("accepted/whole.jar")).exists());
    assertThat(hot("slow.jar")).exists();

    Files.write(hot("slow.jar"), bytes);

    eventually(() -> assertThat(hot("accepted/slow.jar")).exists());
  }

  @Test
  void aFileThatNeverGetsCompleteIsRefused() throws Exception {
    yard.deployer(QUICK);
    eventually(() -> assertThat(hot("accepted")).exists());

    Files.writeString(hot("half.jar"), "PK");

    eventually(() -> assertThat(hot("refused/half.jar.txt")).content().startsWith("NO_JAR: "));
  }

  @Test
  void otherFilesAreLeftAlone() throws Exception {
    Files.createDirectories(hot("folder.jar"));
    Files.writeString(hot("read.me"), "");
    Files.writeString(hot(".hidden.jar"), "");
    yard.deployer(QUICK);

    drop(yard.jar("app", "1.0.0", Serves.class), "z.jar");

    eventually(() -> assertThat(hot("accepted/z.jar")).exists());
    assertThat(hot("folder.jar")).exists();
    assertThat(hot("read.me")).exists();
    assertThat(hot(".hidden.jar")).exists();
  }

  @Test
  void aBundleThatEndedTheProcessIsTriedOnceMoreAndThenRefused() throws Exception {
    drop(yard.jar("once", "1.0.0", Serves.class), "once.jar.1");
    drop(yard.jar("twice", "1.0.0", Serves.class), "twice.jar.2");

    yard.deployer(QUICK);

    eventually(() -> assertThat(hot("accepted/once.jar")).exists());
    eventually(() -> assertThat(hot("refused/twice.jar")).exists());
    assertThat(hot("refused/twice.jar.txt")).content().startsWith("twice the gateway ended");
    assertThat(yard.bundles()).containsExactly("once/1.0.0");
  }

  @Test
  void aBundleWhoseDeploymentReplacedTheDeployerIsNotTriedAgain() throws Exception {
    var good = yard.jar("good", "1.0.0", Serves.class);
    var bad = yard.jar("bad", "1.0.0", Throws.class);
    yard.deployer("{folder: '@state/elsewhere'}");
    yard.deployments().deploy(good);
    assertThatThrownBy(() -> yard.deployments().deploy(bad)).isInstanceOf(DeployException.class);
    yard.retire();
    drop(good, "good.jar.2");
    drop(bad, "bad.jar.1");

    yard.deployer(QUICK);

    eventually(() -> assertThat(hot("accepted/good.jar")).exists());
    eventually(() -> assertThat(hot("refused/bad.jar")).exists());
    assertThat(hot("refused/bad.jar.txt")).content().startsWith("FAILED: start of bad/1.0.0");
    assertThat(yard.ledger().history()).hasSize(2);
  }

  @Test
  void onlyTheLatestAreKept() throws Exception {
    yard.deployer(QUICK);

    for (var i = 0; i < 4; i++) {
      var name = "app%d.jar".formatted(i);
      drop(yard.jar("app" + i, "1.0.0", Throws.class), name);
      eventually(() -> assertThat(hot("refused/" + name)).exists());
    }

    eventually(
        () ->
            assertThat(hot("refused"))
                .isDirectoryNotContaining("glob:**app[01].jar*")
                .isDirectoryContaining("glob:**app2.jar.txt")
                .isDirectoryContaining("glob:**app3.jar"));
  }

  @Test
  void whoIsNotInChargeLeavesTheFolderAlone() throws Exception {
    yard.deployer(QUICK);
    eventually(() -> assertThat(hot("accepted")).exists());
    yard.retire();

    drop(yard.jar("app", "1.0.0", Serves.class), "app.jar");
    var second = yard.deployer(QUICK);

    eventually(() -> assertThat(hot("accepted/app.jar")).exists());
    assertThat(second.bundles()).containsExactly("app/1.0.0");
  }

  private Path hot(String name) throws IOException {
    var hot = yard.state().resolve("deploy");
    Files.createDirectories(hot);
    return hot.resolve(name);
  }

  /// As a careful person would do it.
  private void drop(Path jar, String name) throws IOException {
    Files.move(jar, hot(name));
  }
}
