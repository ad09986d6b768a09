// SPDX-License-Identifier: Apache-2.0
package io.ioto.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HtmlTest {
  private static final String EVIL = "<script>alert('\"x\"')</script>${appRoot}&amp;";

  @Test
  void everyTextIsEscapedAndHoldsNoVariablesOfTheConsole() {
    var link = new Html.Link(EVIL, Map.of("model", EVIL));
    var html =
        new Html("/console/\"x")
            .summary(EVIL)
            .note(EVIL)
            .facts(EVIL)
            .end()
            .table(List.of(EVIL))
            .row(List.of(new Html.Text(EVIL), link))
            .fact(EVIL, EVIL)
            .end()
            .links(List.of(link))
            .actions(List.of(new Frame.Action(EVIL, EVIL, true, () -> EVIL)))
            .toString();

    assertThat(html).contains("&lt;script&gt;").doesNotContain("<script").doesNotContain("${");
    assertThat(html).contains("href=\"/console/&#34;x?model=%3Cscript%3E");
  }

  @Test
  void longTextsAreCut() {
    var html = new Html("/").note("x".repeat(1_000_000)).toString();

    assertThat(html).contains("x".repeat(Html.LONGEST) + "…");
    assertThat(html.length()).isLessThan(Html.LONGEST + 100);
  }

  @Test
  void linksAreNeverCut() {
    var token = "t".repeat(1_000);

    assertThat(new Html("/c").links(List.of(new Html.Link("Next", Map.of("next", token)))))
        .hasToString("<p><a href=\"/c?next=%s\">Next</a> &nbsp; </p>\n".formatted(token));
  }
}
