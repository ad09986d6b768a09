// SPDX-License-Identifier: Apache-2.0
package io.ioto.device;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.ioto.api.control.Command;
import io.ioto.api.control.CommandException;
import io.ioto.api.control.CommandRequest;
import io.ioto.api.device.Device;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/// `POST /reset`: makes the device what it was when it left the factory.
@Component(service = Command.class, property = Command.ROUTE + "=POST /reset")
public final class ResetCommand implements Command {
  private final Device device;

  @Activate
  public ResetCommand(@Reference Device device) {
    this.device = device;
  }

  @Override
  public JsonNode run(CommandRequest request) {
    try {
      device.reset();
    } catch (IllegalStateException e) {
      var reasons =
          Arrays.stream(e.getSuppressed())
              .map(Throwable::toString)
              .collect(Collectors.joining("; "));
      throw new CommandException(500, "INCOMPLETE", e.getMessage() + ": " + reasons);
    }
    return JsonNodeFactory.instance.objectNode().put("reset", true).put("id", device.id());
  }
}
