// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BcryptTest {
  private final Bcrypt bcrypt = new Bcrypt(4);

  @Test
  void aHashIsThatOfItsPasswordAlone() {
    var hash = bcrypt.hash("pässword");
    assertThat(hash).startsWith("$2b$04$");
    assertThat(Bcrypt.readable(hash)).isTrue();
    assertThat(bcrypt.matches("pässword", hash)).isTrue();
    assertThat(bcrypt.matches("passwörd", hash)).isFalse();
    assertThat(bcrypt.matches("", hash)).isFalse();
    assertThat(bcrypt.hash("pässword")).isNotEqualTo(hash);
  }

  @Test
  void hashesMadeElsewhereAreUnderstood() {
    // The test vector of OpenBSD's own implementation for "U*U".
    assertThat(
            bcrypt.matches("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"))
        .isTrue();
  }

  @Test
  void longPasswordsAreNotCutInSilence() {
    var longest = "x".repeat(72);
    var hash = bcrypt.hash(longest);
    assertThat(bcrypt.matches(longest, hash)).isTrue();
    assertThat(bcrypt.matches(longest + "y", hash)).isFalse();
    assertThatThrownBy(() -> bcrypt.hash(longest + "y")).hasMessageContaining("72 bytes");
    assertThatThrownBy(() -> bcrypt.hash("ü".repeat(37))).hasMessageContaining("72 bytes");
    assertThatThrownBy(() -> bcrypt.hash("")).hasMessageContaining("72 bytes");
  }

  @Test
  void nobodyHasNoPassword() {
    var hash = new Bcrypt(5).nobody();
    assertThat(Bcrypt.readable(hash)).isTrue();
    assertThat(bcrypt.matches("x", hash)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "secret", "SHA256:00", "$2b$04$short", "$9b$04$CCCCCCCCCCCCCCCCCCCCC."})
  void whatIsNoHashMatchesNothing(String text) {
    assertThat(bcrypt.matches("secret", text)).isFalse();
    assertThat(Bcrypt.readable(text)).isFalse();
  }
}
