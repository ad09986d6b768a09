// SPDX-License-Identifier: Apache-2.0
package io.ioto.deploy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ioto.api.control.Command;
import io.ioto.api.control.CommandException;
import io.ioto.api.control.CommandRequest;
import io.ioto.api.deploy.DeployException;
import io.ioto.api.deploy.Plan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;

/// The commands of the control socket: `POST /plan` and `POST /deploy`, whose body is the jar;
/// `GET /deployments`, what was deployed; `GET /loaders`, what replaced bundles left behind.
final class Commands implements AutoCloseable {
  private static final int COLLECTIONS = 5;
  private static final long PAUSE_NANOS = 20_000_000;

  private final Deployments deployments;
  private final Ledger ledger;
  private final List<ServiceRegistration<Command>> registrations = new ArrayList<>();

  Commands(BundleContext context, Deployments deployments, Ledger ledger) {
    this.deployments = deployments;
    this.ledger = ledger;
    register(context, "POST /plan", this::plan);
    register(context, "POST /deploy", this::deploy);
    register(context, "GET /deployments", _ -> history());
    register(context, "GET /loaders", _ -> loaders());
  }

  private void register(BundleContext context, String route, Command command) {
    registrations.add(
        context.registerService(
            Command.class, command, FrameworkUtil.asDictionary(Map.of(Command.ROUTE, route))));
  }

  private ObjectNode plan(CommandRequest request) throws IOException {
    var began = System.nanoTime();
    try {
      return describe(deployments.plan(request.body()), (System.nanoTime() - began) / 1_000_000);
    } catch (DeployException e) {
      throw refused(e);
    }
  }

  private ObjectNode deploy(CommandRequest request) throws IOException {
    try {
      var answer = deployments.deploy(request.body());
      return describe(answer.plan(), answer.millis()).put("done", answer.done());
    } catch (DeployException e) {
      throw refused(e);
    }
  }

  private static CommandException refused(DeployException e) {
    var status =
        switch (e.reason()) {
          case STORAGE -> 507;
          case BUSY -> 503;
          case NO_JAR, NO_BUNDLE, TOO_LARGE, UNRESOLVABLE, FAILED, TIMEOUT -> 422;
        };
    return new CommandException(status, e.reason().name(), String.valueOf(e.getMessage()));
  }

  private static ObjectNode describe(Plan plan, long millis) {
    var node = JsonNodeFactory.instance.objectNode();
    node.put("action", plan.action().name());
    node.put("name", plan.name());
    node.put("from", plan.from());
    node.put("to", plan.to());
    node.put("sha256", plan.sha256());
    plan.stops().forEach(node.putArray("stops")::add);
    plan.refreshes().forEach(node.putArray("refreshes")::add);
    plan.starts().forEach(node.putArray("starts")::add);
    plan.notes().forEach(node.putArray("notes")::add);
    return node.put("millis", millis);
  }

  private ObjectNode history() {
    var node = JsonNodeFactory.instance.objectNode();
    var deployments = node.putArray("deployments");
    for (var entry : ledger.history()) {
      var deployment = deployments.addObject();
      entry.forEach(
          (name, value) -> {
            if (value instanceof Number number) {
              deployment.put(name, number.longValue());
            } else {
              deployment.put(name, value.toString());
            }
          });
    }
    return node;
  }

  private ObjectNode loaders() {
    var left = ledger.loaders();
    for (var i = 0; i < COLLECTIONS && !left.isEmpty(); i++) {
      collectGarbage();
      left = ledger.loaders();
    }
    var node = JsonNodeFactory.instance.objectNode();
    node.put("swaps", ledger.swaps()).put("loadersLeft", left.size());
    left.forEach(node.putArray("left")::add);
    return node;
  }

  /// The answer is about garbage, so it must be seen to be gone.
  private static void collectGarbage() {
    System.gc();
    LockSupport.parkNanos(PAUSE_NANOS);
  }

  @Override
  public void close() {
    registrations.forEach(ServiceRegistration::unregister);
  }
}
