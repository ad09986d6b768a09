// SPDX-License-Identifier: Apache-2.0
package io.ioto.trust;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.json.Json5;
import org.junit.jupiter.api.Test;

class CanonicalTest {
  private static String canonical(String json) {
    return new String(Canonical.bytes(Json5.read(json, "test")), UTF_8);
  }

  @Test
  void namesAreSortedAndSpaceIsGone() {
    assertThat(canonical("{\"b\": [1, 2, {}], \"a\": true, \"B\": null, \"e\": []}"))
        .isEqualTo("{\"B\":null,\"a\":true,\"b\":[1,2,{}],\"e\":[]}");
  }

  @Test
  void namesAreSortedByCodePoint() {
    assertThat(canonical("{\"\\ud83d\\ude00\": 1, \"\\uff61\": 2}"))
        .isEqualTo("{\"\uff61\":2,\"\ud83d\ude00\":1}");
  }

  @Test
  void onlyQuoteAndBackslashAreEscaped() {
    assertThat(canonical("\"a\\\"b\\\\c\\n\\u00e9\"")).isEqualTo("\"a\\\"b\\\\c\n\u00e9\"");
  }

  @Test
  void fractionsHaveNoForm() {
    assertThatThrownBy(() -> canonical("1.5")).hasMessageContaining("whole number");
  }

  @Test
  void keyIdIsTheHashOfTheCanonicalKey() {
    var key = new Key("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    var form =
        "{\"keytype\":\"ed25519\",\"keyval\":{\"public\":\"%s\"},\"scheme\":\"ed25519\"}"
            .formatted(key.value());
    assertThat(key.id()).isEqualTo(Hash.of(form.getBytes(UTF_8)));
  }

  @Test
  void publishedTestVectorVerifies() {
    // RFC 8032 §7.1, test 1: the empty message.
    var key = new Key("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    var signature =
        java.util.HexFormat.of()
            .parseHex(
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bac"
                    + "c61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
    assertThat(key.verifies(new byte[0], signature)).isTrue();
    assertThat(key.verifies(new byte[1], signature)).isFalse();
    assertThat(key.verifies(new byte[0], new byte[3])).isFalse();
  }
}
