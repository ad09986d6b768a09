// SPDX-License-Identifier: Apache-2.0
package io.ioto.provision;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.ioto.api.control.Command;
import io.ioto.api.control.CommandRequest;
import io.ioto.api.provision.Provisioning;
import io.ioto.api.provision.Stage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/// `GET /provision`: how far the device has come.
@Component(service = Command.class, property = Command.ROUTE + "=GET /provision")
public final class StageCommand implements Command {
  private final Provisioning provisioning;

  @Activate
  public StageCommand(@Reference Provisioning provisioning) {
    this.provisioning = provisioning;
  }

  @Override
  public JsonNode run(CommandRequest request) {
    var json = JsonNodeFactory.instance.objectNode();
    switch (provisioning.stage()) {
      case Stage.Off(var why) -> json.put("stage", "off").put("why", why);
      case Stage.Registering() -> json.put("stage", "registering");
      case Stage.Unclaimed(var id) -> json.put("stage", "unclaimed").put("id", id);
      case Stage.Enrolling() -> json.put("stage", "enrolling");
      case Stage.Blocked(var until) -> json.put("stage", "blocked").put("until", until.toString());
      case Stage.Provisioned(var since) ->
          json.put("stage", "provisioned").put("since", since.toString());
    }
    provisioning.problem().ifPresent(problem -> json.put("problem", problem));
    return json;
  }
}
