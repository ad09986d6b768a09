// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RolesTest {
  @Test
  void aRoleHasItsAbilitiesAndThoseOfTheRolesItIncludes() {
    var roles = Roles.of("{user: ['read'], admin: ['user', 'write'], loop: ['loop', 'admin']}");
    assertThat(roles.abilities(Set.of("admin")))
        .containsExactlyInAnyOrder("public", "admin", "user", "read", "write");
    assertThat(roles.permit(Set.of("loop"), "read")).isTrue();
    assertThat(roles.permit(Set.of("user"), "write")).isFalse();
    assertThat(roles.permit(Set.of("user", "admin"), "write")).isTrue();
  }

  @Test
  void aListGivesEachTheAbilitiesOfThoseBeforeIt() {
    var roles = Roles.of("['user', 'admin', 'super']");
    assertThat(roles.permit(Set.of("admin"), "user")).isTrue();
    assertThat(roles.permit(Set.of("admin"), "super")).isFalse();
    assertThat(roles.defined("super")).isTrue();
    assertThat(roles.defined("king")).isFalse();
  }

  @Test
  void theStarIsEverything() {
    var roles = Roles.of("{root: ['*'], user: []}");
    assertThat(roles.permit(Set.of("root"), "whatever")).isTrue();
  }

  @Test
  void whatNobodyDefinedPermitsNothing() {
    var roles = Roles.of("{}");
    assertThat(roles.permit(Set.of("king"), "king")).isFalse();
    assertThat(roles.permit(Set.of(), "public")).isTrue();
    assertThat(roles.permit(Set.of(), "")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "{a: 'b'}", "{a: [1]}", "['']"})
  void anythingElseIsRefused(String json) {
    assertThatThrownBy(() -> Roles.of(json))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("web.auth.roles");
  }
}
