// SPDX-License-Identifier: Apache-2.0
package io.ioto.console;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.owasp.encoder.Encode;

/// Builds the inside of a page with the classes of the console's style sheet. Every text that comes
/// in is cut to [#LONGEST] characters and escaped.
final class Html {
  /// Characters of a text that are shown.
  static final int LONGEST = 200;

  /// What stands in a cell of a table.
  sealed interface Cell {}

  record Text(String text) implements Cell {}

  /// @param query parameters of the link, which stays on the page
  record Link(String text, Map<String, String> query) implements Cell {}

  private final String root;
  private final StringBuilder out = new StringBuilder();
  private boolean odd;

  /// @param root path of the page
  Html(String root) {
    this.root = root;
  }

  /// The line on top that sums the page up.
  Html summary(String text) {
    out.append("<p class=\"statline ui-state-highlight\">").append(escape(text)).append("</p>\n");
    return this;
  }

  Html note(String text) {
    out.append("<p class=\"statline\">").append(escape(text)).append("</p>\n");
    return this;
  }

  /// Opens a table of [#fact], to be closed by [#end].
  Html facts(String title) {
    open();
    out.append("<th class=\"ui-widget-header\" style=\"width: 25%\">").append(escape(title));
    out.append("</th><th class=\"ui-widget-header\"></th></tr></thead><tbody>\n");
    return this;
  }

  /// Opens a table of [#row], to be closed by [#end].
  Html table(List<String> heads) {
    open();
    for (var head : heads) {
      out.append("<th class=\"ui-widget-header\">").append(escape(head)).append("</th>");
    }
    out.append("</tr></thead><tbody>\n");
    return this;
  }

  private void open() {
    // A wide table scrolls by itself.
    out.append("<div style=\"overflow-x: auto\"><table class=\"nicetable\"><thead><tr>");
    odd = false;
  }

  Html row(List<Cell> cells) {
    odd = !odd;
    out.append("<tr class=\"").append(odd ? "odd" : "even").append(" ui-state-default\">");
    for (var cell : cells) {
      out.append("<td>");
      switch (cell) {
        case Text(var text) -> out.append(escape(text));
        case Link link -> anchor(link);
      }
      out.append("</td>");
    }
    out.append("</tr>\n");
    return this;
  }

  /// A row of two: what, and how it is.
  Html fact(String name, String value) {
    return row(List.of(new Text(name), new Text(value)));
  }

  Html end() {
    out.append("</tbody></table></div><br/>\n");
    return this;
  }

  Html links(List<Link> links) {
    out.append("<p>");
    for (var link : links) {
      anchor(link);
      out.append(" &nbsp; ");
    }
    out.append("</p>\n");
    return this;
  }

  /// Buttons that post the names of their actions to the page.
  Html actions(List<Frame.Action> actions) {
    if (actions.isEmpty()) {
      return this;
    }
    out.append("<form method=\"post\" action=\"%s\">".formatted(safe(root)));
    out.append("<div class=\"ui-widget-header ui-corner-all buttonGroup\">");
    for (var action : actions) {
      // The console makes all buttons equally narrow.
      out.append("<button type=\"submit\" style=\"width: auto; padding: .3em 1em\"");
      out.append(" name=\"action\" value=\"").append(safe(action.name())).append('"');
      out.append(action.sure() ? " onclick=\"return confirm('Are you sure?')\">" : ">");
      out.append(escape(action.label())).append("</button> ");
    }
    out.append("</div></form>\n");
    return this;
  }

  private void anchor(Link link) {
    var query =
        link.query().entrySet().stream()
            .map(e -> encode(e.getKey()) + "=" + encode(e.getValue()))
            .collect(Collectors.joining("&"));
    // The link itself is never cut, since half of it leads nowhere.
    var target = root + (query.isEmpty() ? "" : "?" + query);
    out.append("<a href=\"").append(safe(target)).append("\">");
    out.append(escape(link.text())).append("</a>");
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String escape(String text) {
    return safe(text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text);
  }

  /// The console replaces `${name}` in what its pages write.
  private static String safe(String text) {
    return Encode.forHtml(text).replace("$", "&#36;");
  }

  /// To the second, or a dash for never.
  static String time(@Nullable Instant at) {
    return at == null ? "–" : at.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
