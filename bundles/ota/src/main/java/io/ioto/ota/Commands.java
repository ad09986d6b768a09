// SPDX-License-Identifier: Apache-2.0
package io.ioto.ota;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ioto.api.control.Command;
import io.ioto.api.control.CommandException;
import io.ioto.api.ota.UpdateException;
import io.ioto.api.ota.Updates;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;

/// The commands of the control socket: `GET /update`, how it stands; `POST /update/check`,
/// `/update/apply` and `/update/rollback`, which answer with the number of a release and how it
/// stands. What they begin goes on after the answer.
final class Commands implements AutoCloseable {
  private final Updates updates;
  private final Journal journal;
  private final List<ServiceRegistration<Command>> registrations = new ArrayList<>();

  Commands(BundleContext context, Updates updates, Journal journal) {
    this.updates = updates;
    this.journal = journal;
    register(context, "GET /update", _ -> status());
    register(context, "POST /update/check", _ -> answer(updates::check));
    register(context, "POST /update/apply", _ -> answer(updates::apply));
    register(context, "POST /update/rollback", _ -> answer(updates::rollback));
  }

  private void register(BundleContext context, String route, Command command) {
    registrations.add(
        context.registerService(
            Command.class, command, FrameworkUtil.asDictionary(Map.of(Command.ROUTE, route))));
  }

  private ObjectNode answer(LongSupplier command) {
    try {
      var release = command.getAsLong();
      return status().put("answer", release);
    } catch (UpdateException e) {
      var status =
          switch (e.reason()) {
            case BUSY -> 503;
            case NO_SPACE, STORAGE -> 507;
            case UNREACHABLE -> 502;
            default -> 422;
          };
      throw new CommandException(status, e.reason().name(), String.valueOf(e.getMessage()));
    }
  }

  private ObjectNode status() {
    var status = updates.status();
    var entry = journal.entry();
    var node = JsonNodeFactory.instance.objectNode();
    node.put("running", status.running())
        .put("state", entry.step().name())
        .put("release", entry.release())
        .put("reason", entry.reason())
        .put("underWay", entry.step().underWay());
    if (status.available() != null) {
      node.put("available", status.available());
    }
    if (status.problem() != null) {
      node.put("problem", status.problem());
    }
    Journal.describe(node, journal.past());
    return node;
  }

  @Override
  public void close() {
    registrations.forEach(ServiceRegistration::unregister);
  }
}
