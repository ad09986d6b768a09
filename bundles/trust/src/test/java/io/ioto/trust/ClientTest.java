// SPDX-License-Identifier: Apache-2.0
package io.ioto.trust;

import static io.ioto.trust.Mirror.LATER;
import static io.ioto.trust.Mirror.NOW;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.api.ota.UpdateException;
import io.ioto.api.ota.UpdateException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a repository, or whoever sits in front of it, may try, and what becomes of it.
class ClientTest {
  private static final byte[] CONTENT = "the release".getBytes(UTF_8);
  private static final Instant PAST = NOW.minusSeconds(1);

  @TempDir Path folder;
  private Mirror mirror;
  private Instant now = NOW;

  @BeforeEach
  void publishFirst() throws IOException {
    mirror = new Mirror(Files.createDirectories(folder.resolve("keys")));
    var root = mirror.root(1, LATER, Map.of());
    Files.write(folder.resolve("root.json"), mirror.putRoot(root, mirror.of(Root.NAME)));
    mirror.publish(1, release(1));
  }

  private Target release(long number) {
    return mirror.target(Target.release(number), CONTENT, number);
  }

  private Client client() {
    return client(new Client.Limits(64 << 10, 64 << 10, 4));
  }

  private Client client(Client.Limits limits) {
    return new Client(
        folder.resolve("trust"), folder.resolve("root.json"), mirror, () -> now, limits);
  }

  private void refused(Reason reason, String words) {
    assertThatThrownBy(() -> client().refresh())
        .isInstanceOfSatisfying(
            UpdateException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(words);
  }

  @Test
  void signedReleaseIsFoundAndRead() {
    var client = client();
    var found = client.refresh().newest().orElseThrow();
    assertThat(found.release()).isEqualTo(1);
    assertThat(client.read(found, 1000)).isEqualTo(CONTENT);
  }

  @Test
  void highestReleaseIsTheNewest() {
    mirror.publish(2, release(9), release(10), mirror.target("notes.txt", CONTENT, 0));
    assertThat(client().refresh().newest().orElseThrow().release()).isEqualTo(10);
  }

  @Test
  void refreshingAgainChangesNothing() {
    client().refresh();
    assertThat(client().refresh().newest()).isPresent();
    mirror.publish(2, release(2));
    assertThat(client().refresh().newest().orElseThrow().release()).isEqualTo(2);
  }

  @Test
  void withoutRootNothingIsTrusted() throws IOException {
    Files.delete(folder.resolve("root.json"));
    refused(Reason.NOT_CONFIGURED, "root.json");
  }

  @Test
  void everyRoleMustBeSignedByItsOwnKeys() throws IOException {
    var version = 2;
    for (var role : List.of(Root.TARGETS, Root.SNAPSHOT, Root.TIMESTAMP)) {
      var right = mirror.of(role);
      mirror.signers.put(role, List.of(mirror.signer()));
      mirror.publish(version++, release(2));
      refused(Reason.WRONG_SIGNATURE, role);
      mirror.signers.put(role, right);
    }
  }

  @Test
  void keyOfAnotherRoleCountsForNothing() {
    mirror.signers.put(Root.TARGETS, mirror.of(Root.SNAPSHOT));
    mirror.publish(2, release(2));
    refused(Reason.WRONG_SIGNATURE, "2.targets.json");
  }

  @Test
  void changedContentBreaksTheSignature() {
    var name = "metadata/timestamp.json";
    var text = new String(mirror.files.get(name), UTF_8);
    mirror.files.put(name, text.replace("\"version\": 1", "\"version\": 7").getBytes(UTF_8));
    refused(Reason.WRONG_SIGNATURE, "timestamp.json has 0 valid signatures");
  }

  @Test
  void fewerSignaturesThanTheThresholdAreTooFew() throws IOException {
    var one = mirror.signer();
    var other = mirror.signer();
    mirror.signers.put(Root.TARGETS, List.of(one, other));
    var root = mirror.root(2, LATER, Map.of(Root.TARGETS, 2));
    mirror.putRoot(root, mirror.of(Root.NAME));
    mirror.signers.put(Root.TARGETS, List.of(one));
    mirror.publish(2, release(2));
    refused(Reason.WRONG_SIGNATURE, "has 1 valid signatures");
    mirror.signers.put(Root.TARGETS, List.of(one, one));
    mirror.publish(3, release(2));
    refused(Reason.WRONG_SIGNATURE, "has 1 valid signatures");
    mirror.signers.put(Root.TARGETS, List.of(one, other));
    mirror.publish(4, release(2));
    assertThat(client().refresh().newest()).isPresent();
  }

  @Test
  void oneKeyUnderTwoNamesCountsOnce() {
    var signer = mirror.of(Root.TARGETS).getFirst();
    var root =
        new Root(
            new Common(1, LATER),
            Map.of("a", signer.key(), "b", signer.key()),
            Map.of(Root.TARGETS, new Root.Role(java.util.Set.of("a", "b"), 2)));
    var targets = new Targets(new Common(1, LATER), Map.of());
    var sealed = Envelope.read("x", Envelope.seal(targets.write(), List.of(signer)));
    var seal = sealed.seals().getFirst();
    var forged =
        new Envelope(
            "x",
            sealed.signed(),
            List.of(
                new Envelope.Seal("a", seal.signature()),
                new Envelope.Seal("b", seal.signature())));
    assertThatThrownBy(() -> forged.verify(root, Root.TARGETS)).hasMessageContaining("1 valid");
  }

  @Test
  void expiredTimestampIsRefused() {
    mirror.publish(2, 2, 2, LATER, LATER, PAST, release(2));
    refused(Reason.EXPIRED, "timestamp.json");
  }

  @Test
  void frozenTimestampIsRefusedOnceItsTimeIsOver() {
    client().refresh();
    now = LATER.plus(Duration.ofSeconds(1));
    refused(Reason.EXPIRED, "expired");
  }

  @Test
  void expiredSnapshotIsRefused() {
    mirror.publish(2, 2, 2, LATER, PAST, LATER, release(2));
    refused(Reason.EXPIRED, "2.snapshot.json");
  }

  @Test
  void expiredTargetsAreRefused() {
    mirror.publish(2, 2, 2, PAST, LATER, LATER, release(2));
    refused(Reason.EXPIRED, "2.targets.json");
  }

  @Test
  void expiredRootIsRefused() {
    mirror.putRoot(mirror.root(2, PAST, Map.of()), mirror.of(Root.NAME));
    refused(Reason.EXPIRED, "root 2");
  }

  @Test
  void lowerTimestampIsRefused() {
    mirror.publish(5, release(5));
    client().refresh();
    mirror.publish(5, 5, 4, LATER, LATER, LATER, release(5));
    refused(Reason.ROLLBACK, "timestamp has version 4, and version 5 was seen before");
  }

  @Test
  void newTimestampOfALowerSnapshotIsRefused() {
    mirror.publish(5, release(5));
    client().refresh();
    mirror.publish(5, 4, 6, LATER, LATER, LATER, release(5));
    refused(Reason.ROLLBACK, "snapshot in the timestamp has version 4");
  }

  @Test
  void newSnapshotOfLowerTargetsIsRefused() {
    mirror.publish(5, release(5));
    client().refresh();
    mirror.publish(4, 6, 6, LATER, LATER, LATER, release(4));
    refused(Reason.ROLLBACK, "targets.json has version 4");
  }

  @Test
  void whatWasSeenIsKnownAfterARestart() {
    mirror.publish(5, release(5));
    client().refresh();
    mirror.publish(3, release(3));
    refused(Reason.ROLLBACK, "timestamp has version 3");
  }

  @Test
  void snapshotOfAnotherTimeIsRefused() {
    var old = mirror.files.get("metadata/1.snapshot.json");
    mirror.publish(2, release(2));
    mirror.files.put("metadata/2.snapshot.json", old);
    // Length and hash are signed for: it is told before its version is looked at.
    assertThatThrownBy(() -> client().refresh())
        .isInstanceOfSatisfying(
            UpdateException.class,
            e -> assertThat(e.reason()).isIn(Reason.HASH_MISMATCH, Reason.WRONG_LENGTH));
  }

  @Test
  void mixedVersionsAreRefusedWhereNoHashTellsThem() {
    var targets = mirror.putTargets(2, new Targets(new Common(2, LATER), Map.of()));
    mirror.putSnapshot(
        3, new Snapshot(new Common(2, LATER), Map.of(Snapshot.TARGETS, Meta.of(2, targets))));
    mirror.putTimestamp(new Timestamp(new Common(3, LATER), new Meta(3, null, null)));
    refused(Reason.MIX_AND_MATCH, "3.snapshot.json has version 2 where version 3");
  }

  @Test
  void swappedTargetsMetadataIsRefused() {
    var other = mirror.files.get("metadata/1.targets.json");
    mirror.publish(2, release(2), release(3));
    mirror.files.put("metadata/2.targets.json", other);
    refused(Reason.WRONG_LENGTH, "2.targets.json");
  }

  @Test
  void swappedHashOfATargetIsRefused() {
    var client = client();
    var found = client.refresh().newest().orElseThrow();
    mirror.files.put(found.file(), "the RELEASE".getBytes(UTF_8));
    assertThatThrownBy(() -> client.read(found, 1000))
        .isInstanceOfSatisfying(
            UpdateException.class, e -> assertThat(e.reason()).isEqualTo(Reason.HASH_MISMATCH));
  }

  @Test
  void targetOfAnotherLengthIsRefused() {
    var client = client();
    var found = client.refresh().newest().orElseThrow();
    mirror.files.put(found.file(), "the".getBytes(UTF_8));
    assertThatThrownBy(() -> client.read(found, 1000))
        .isInstanceOfSatisfying(
            UpdateException.class, e -> assertThat(e.reason()).isEqualTo(Reason.WRONG_LENGTH));
    mirror.files.put(found.file(), "the release and more".getBytes(UTF_8));
    assertThatThrownBy(() -> client.read(found, 1000))
        .isInstanceOfSatisfying(
            UpdateException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE));
  }

  @Test
  void endlessDataIsCutOffAtTheLimit() {
    var read = new long[1];
    var endless =
        new InputStream() {
          @Override
          public int read() {
            read[0]++;
            return ' ';
          }

          @Override
          public int read(byte[] bytes, int from, int length) {
            read[0] += length;
            Arrays.fill(bytes, from, from + length, (byte) ' ');
            return length;
          }
        };
    mirror.streams.put("metadata/timestamp.json", endless);
    refused(Reason.TOO_LARGE, "timestamp.json");
    assertThat(read[0]).isLessThanOrEqualTo((64 << 10) + 1);
  }

  @Test
  void missingMetadataIsToldByName() {
    mirror.publish(2, release(2));
    mirror.files.remove("metadata/2.targets.json");
    refused(Reason.UNREACHABLE, "2.targets.json");
  }

  @Test
  void garbageIsToldByName() {
    mirror.files.put("metadata/timestamp.json", "<html>".getBytes(UTF_8));
    refused(Reason.MALFORMED, "timestamp.json");
  }

  @Test
  void pathThatLeavesTheRepositoryIsMalformed() {
    mirror.publish(2, new Target("../../etc/passwd", 1, Hash.of(CONTENT), 0));
    refused(Reason.MALFORMED, "no path of a target");
  }

  @Test
  void rootsAreFollowedOneAfterTheOther() throws IOException {
    var first = mirror.of(Root.NAME);
    for (var version = 2; version <= 4; version++) {
      var old = mirror.of(Root.NAME);
      mirror.signers.put(Root.NAME, List.of(mirror.signer()));
      mirror.putRoot(
          mirror.root(version, LATER, Map.of()),
          List.of(old.getFirst(), mirror.of(Root.NAME).getFirst()));
    }
    client().refresh();
    assertThat(
            Root.read(Envelope.read("root", Files.readAllBytes(folder.resolve("trust/root.json"))))
                .version())
        .isEqualTo(4);
    // The keys of the first root count for nothing any more.
    mirror.putRoot(mirror.root(5, LATER, Map.of()), first);
    refused(Reason.WRONG_SIGNATURE, "5.root.json");
  }

  @Test
  void rootWithoutSignatureOfTheOldKeysIsRefused() throws IOException {
    mirror.signers.put(Root.NAME, List.of(mirror.signer()));
    mirror.putRoot(mirror.root(2, LATER, Map.of()), mirror.of(Root.NAME));
    refused(Reason.WRONG_SIGNATURE, "in root 1");
  }

  @Test
  void rootWithoutSignatureOfItsOwnKeysIsRefused() throws IOException {
    var old = mirror.of(Root.NAME);
    mirror.signers.put(Root.NAME, List.of(mirror.signer()));
    mirror.putRoot(mirror.root(2, LATER, Map.of()), old);
    refused(Reason.WRONG_SIGNATURE, "in root 2");
  }

  @Test
  void rootOfAnotherVersionThanItsNameIsRefused() {
    var bytes = mirror.putRoot(mirror.root(3, LATER, Map.of()), mirror.of(Root.NAME));
    mirror.files.put("metadata/2.root.json", bytes);
    refused(Reason.ROLLBACK, "2.root.json has version 3");
  }

  @Test
  void noMoreRootsThanTheLimitAreFollowed() {
    for (var version = 2; version <= 9; version++) {
      mirror.putRoot(mirror.root(version, LATER, Map.of()), mirror.of(Root.NAME));
    }
    refused(Reason.TOO_LARGE, "more than 4 root files");
  }

  @Test
  void rotatedKeysRecoverFromVersionsThatWereRunUp() throws IOException {
    mirror.publish(1, 1_000_000, 1_000_000, LATER, LATER, LATER, release(1));
    client().refresh();
    for (var role : List.of(Root.SNAPSHOT, Root.TIMESTAMP)) {
      mirror.signers.put(role, List.of(mirror.signer()));
    }
    mirror.publish(2, release(2));
    refused(Reason.WRONG_SIGNATURE, "timestamp.json");
    mirror.putRoot(mirror.root(2, LATER, Map.of()), mirror.of(Root.NAME));
    assertThat(client().refresh().newest().orElseThrow().release()).isEqualTo(2);
  }
}
