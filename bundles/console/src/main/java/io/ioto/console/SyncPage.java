// SPDX-License-Identifier: Apache-2.0
package io.ioto.console;

import io.ioto.api.device.Device;
import io.ioto.api.device.Identity;
import io.ioto.api.mqtt.Connection;
import io.ioto.api.mqtt.Outbox;
import io.ioto.api.provision.Provisioning;
import io.ioto.api.provision.Stage;
import io.ioto.api.sync.Sync;
import jakarta.servlet.Servlet;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

/// Shows how far the device and its cloud have come with one another.
@Component(
    service = Servlet.class,
    configurationPolicy = ConfigurationPolicy.IGNORE,
    property = {
      ServletConstants.PLUGIN_LABEL + "=sync",
      ServletConstants.PLUGIN_TITLE + "=Sync",
      ServletConstants.PLUGIN_CATEGORY + "=Ioto"
    })
@SuppressWarnings("serial")
public final class SyncPage extends Frame {
  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile @Nullable Sync sync;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile @Nullable Provisioning provisioning;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile @Nullable Device device;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile @Nullable Identity identity;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile @Nullable Connection connection;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile @Nullable Outbox outbox;

  /// @param login not used: the page is there only while the login is
  @Activate
  public SyncPage(
      @Reference(target = "(component.name=io.ioto.console.Login)") SecurityProvider login) {
    this(InstantSource.system());
  }

  SyncPage(InstantSource clock) {
    super(clock);
  }

  @Override
  void write(Html html, Map<String, String> parameters) {
    var present = sync;
    var status = present == null ? null : present.status();
    var stages = provisioning;
    if (stages != null && !(stages.stage() instanceof Stage.Provisioned)) {
      html.summary("No cloud at present; " + stage(stages.stage()));
    } else if (status == null) {
      html.summary("This gateway does not synchronise its data at present.");
    } else if (!status.connected()) {
      html.summary("The cloud cannot be reached; changes wait for it here.");
    } else if (status.caughtUp() && status.waiting() == 0) {
      html.summary("This gateway and its cloud have the same data.");
    } else {
      html.summary("This gateway and its cloud are exchanging changes.");
    }
    html.facts("Data");
    if (status == null) {
      html.fact("Synchronisation", "absent");
    } else {
      html.fact("Cloud can be reached", yes(status.connected()))
          .fact("All changes of the cloud have arrived", yes(status.caughtUp()))
          .fact("Changes the cloud has not confirmed", waiting(status.waiting()))
          .fact("Last confirmed", Html.time(status.last()));
    }
    html.end();
    html.facts("Cloud");
    cloud(html);
    html.end();
  }

  private void cloud(Html html) {
    var stages = provisioning;
    if (stages == null) {
      html.fact("Stage", "absent: no provisioning in this gateway");
    } else {
      html.fact("Stage", stage(stages.stage()));
      html.fact("Problem", stages.problem().orElse("none"));
    }
    var named = device;
    html.fact("Claim id", named == null ? "absent" : named.id());
    var known = identity;
    if (known != null) {
      html.fact("Device", known.id())
          .fact("Account", known.account())
          .fact("Cloud", known.cloud().api().toString())
          .fact("Broker", known.endpoint().toString());
    }
    html.fact("Connected to the broker", yes(connection != null));
    var waiting = outbox;
    html.fact(
        "Messages waiting in the outbox",
        waiting == null ? "absent" : Html.number(waiting.waiting()));
  }

  @Override
  List<Action> actions() {
    var actions = new ArrayList<Action>();
    var stages = provisioning;
    if (stages != null) {
      actions.add(
          new Action(
              "wake",
              "Try the cloud now",
              false,
              () -> {
                stages.wake();
                return "under way";
              }));
    }
    var present = sync;
    if (present != null) {
      actions.add(
          new Action(
              "repeat",
              "Exchange everything again",
              true,
              () -> {
                present.repeat();
                return "noted; done as soon as the cloud can be reached";
              }));
    }
    return actions;
  }

  private static String stage(Stage stage) {
    return switch (stage) {
      case Stage.Off(var why) -> "off: " + why;
      case Stage.Registering() -> "registering: the cloud does not know the device yet";
      case Stage.Unclaimed(var id) -> "unclaimed: waits for somebody to claim " + id;
      case Stage.Enrolling() -> "enrolling: asks for its certificate";
      case Stage.Blocked(var until) -> "blocked by the cloud until " + Html.time(until);
      case Stage.Provisioned(var since) -> "provisioned since " + Html.time(since);
    };
  }

  private static String waiting(long waiting) {
    return Html.number(waiting) + (waiting >= Sync.MANY ? " or more" : "");
  }

  private static String yes(boolean yes) {
    return yes ? "yes" : "no";
  }
}
