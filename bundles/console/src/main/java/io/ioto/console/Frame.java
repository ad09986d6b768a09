// SPDX-License-Identifier: Apache-2.0
package io.ioto.console;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.apache.felix.webconsole.servlet.AbstractServlet;
import org.apache.felix.webconsole.servlet.ServletConstants;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What our pages of the Felix Web Console have in common: the console draws head and menu around
/// them, and what a button did is told on the page until another one does something. Buttons post,
/// and [Login] refuses posts that pages of other sites make.
@SuppressWarnings("serial") // servlets are, nobody serializes them
abstract class Frame extends AbstractServlet {
  /// Something the page can do.
  ///
  /// @param sure whether the browser asks first
  /// @param run returns what came of it, for people
  record Action(String name, String label, boolean sure, Supplier<String> run) {}

  private record Outcome(Instant at, String text) {}

  private static final Logger log = LoggerFactory.getLogger(Frame.class);

  private final InstantSource clock;
  private volatile @Nullable Outcome outcome;

  Frame(InstantSource clock) {
    this.clock = clock;
  }

  /// Writes the facts.
  ///
  /// @param parameters of the request; the first where there are more of a name
  abstract void write(Html html, Map<String, String> parameters);

  /// What can be done at present.
  List<Action> actions() {
    return List.of();
  }

  @Override
  public final void renderContent(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    var parameters = new HashMap<String, String>();
    request.getParameterMap().forEach((name, values) -> parameters.put(name, values[0]));
    response.getWriter().print(page(root(request), parameters));
  }

  @Override
  protected final void doPost(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (act(Objects.requireNonNullElse(request.getParameter("action"), ""))) {
      response.sendRedirect(root(request));
    } else {
      response.sendError(400, "This page has no such action at present.");
    }
  }

  /// The page, inside the frame.
  ///
  /// @param root its path
  final String page(String root, Map<String, String> parameters) {
    var html = new Html(root);
    try {
      write(html, parameters);
    } catch (RuntimeException e) {
      // The services belong to others, and may be gone from one moment to the next.
      log.warn("Console cannot show {}", root, e);
      html = new Html(root).summary("This cannot be shown at present: " + message(e));
    }
    var last = outcome;
    if (last != null) {
      html.note("%s %s".formatted(Html.time(last.at()), last.text()));
    }
    return html.actions(actions()).toString();
  }

  /// Does something, unless it cannot be done at present.
  final boolean act(String name) {
    var found = actions().stream().filter(a -> a.name().equals(name)).findFirst();
    found.ifPresent(this::run);
    return found.isPresent();
  }

  private void run(Action action) {
    String text;
    try {
      text = action.run().get();
    } catch (RuntimeException e) {
      log.warn("Console: '{}' failed: {}", action.label(), e.toString());
      text = message(e);
    }
    outcome = new Outcome(clock.instant(), "%s: %s".formatted(action.label(), text));
  }

  private static String message(RuntimeException e) {
    return Objects.requireNonNullElse(e.getMessage(), e.toString());
  }

  private static String root(HttpServletRequest request) {
    return (String) request.getAttribute(ServletConstants.ATTR_PLUGIN_ROOT);
  }
}
