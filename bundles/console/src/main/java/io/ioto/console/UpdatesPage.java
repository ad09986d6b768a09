// SPDX-License-Identifier: Apache-2.0
package io.ioto.console;

import io.ioto.api.ota.UpdateState;
import io.ioto.api.ota.Updates;
import jakarta.servlet.Servlet;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.apache.felix.webconsole.servlet.ServletConstants;
import org.apache.felix.webconsole.spi.SecurityProvider;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/// Shows which release runs and how updates went, and looks for, applies or takes back one.
@Component(
    service = Servlet.class,
    configurationPolicy = ConfigurationPolicy.IGNORE,
    property = {
      ServletConstants.PLUGIN_LABEL + "=updates",
      ServletConstants.PLUGIN_TITLE + "=Updates",
      ServletConstants.PLUGIN_CATEGORY + "=Ioto"
    })
@SuppressWarnings("serial")
public final class UpdatesPage extends Frame {
  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile @Nullable Updates updates;

  private final UpdateHistory history;

  /// @param login not used: the page is there only while the login is
  @Activate
  public UpdatesPage(
      @Reference(target = "(component.name=io.ioto.console.Login)") SecurityProvider login,
      @Reference UpdateHistory history) {
    this(history, InstantSource.system());
  }

  UpdatesPage(UpdateHistory history, InstantSource clock) {
    super(clock);
    this.history = history;
  }

  @Override
  void write(Html html, Map<String, String> parameters) {
    var present = updates;
    if (present == null) {
      html.summary("There are no updates in this gateway at present.");
    } else {
      var status = present.status();
      var available = status.available();
      html.summary("Runs %s.".formatted(release(status.running())));
      html.facts("Release")
          .fact("Running", release(status.running()))
          .fact("Available", available == null ? "not known yet" : release(available))
          .fact("Last update", last(status.state()))
          .fact("Reason", reason(status.state()))
          .fact("Problem of the last check", Objects.requireNonNullElse(status.problem(), "none"))
          .end();
    }
    var entries = history.entries();
    if (entries.isEmpty()) {
      html.note("No update since the console was started.");
      return;
    }
    html.table(List.of("Time", "Release", "State", "Reason"));
    for (var entry : entries) {
      var state = entry.state();
      html.row(
          List.of(
              new Html.Text(Html.time(entry.at())),
              new Html.Text(release(state.release())),
              new Html.Text(name(state)),
              new Html.Text(reason(state))));
    }
    html.end();
  }

  @Override
  List<Action> actions() {
    var present = updates;
    if (present == null) {
      return List.of();
    }
    return List.of(
        new Action("check", "Check now", false, () -> release(present.check())),
        new Action("apply", "Apply", true, () -> "under way: " + release(present.apply())),
        new Action(
            "rollback", "Roll back", true, () -> "under way: " + release(present.rollback())));
  }

  private static String release(long number) {
    return number == 0 ? "release 0, as shipped" : "release " + number;
  }

  private static String last(UpdateState state) {
    return state instanceof UpdateState.Idle
        ? "none"
        : "%s, %s".formatted(release(state.release()), name(state));
  }

  /// Such as `rolling back`.
  private static String name(UpdateState state) {
    return state
        .getClass()
        .getSimpleName()
        .replaceAll("(?<=[a-z])(?=[A-Z])", " ")
        .toLowerCase(Locale.ROOT);
  }

  private static String reason(UpdateState state) {
    return switch (state) {
      case UpdateState.RollingBack(_, var reason) -> reason;
      case UpdateState.RolledBack(_, var reason) -> reason;
      case UpdateState.Failed(_, var reason) -> reason;
      case UpdateState.Idle _,
          UpdateState.Planned _,
          UpdateState.Fetched _,
          UpdateState.Verified _,
          UpdateState.Resolved _,
          UpdateState.Staged _,
          UpdateState.Applying _,
          UpdateState.Gating _,
          UpdateState.Committed _ ->
          "–";
    };
  }
}
