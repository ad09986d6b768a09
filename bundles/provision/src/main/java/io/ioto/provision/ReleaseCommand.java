// SPDX-License-Identifier: Apache-2.0
package io.ioto.provision;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.ioto.api.control.Command;
import io.ioto.api.control.CommandRequest;
import io.ioto.api.provision.Provisioning;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/// `POST /release`: gives the device up; it registers anew.
@Component(service = Command.class, property = Command.ROUTE + "=POST /release")
public final class ReleaseCommand implements Command {
  private final Provisioning provisioning;

  @Activate
  public ReleaseCommand(@Reference Provisioning provisioning) {
    this.provisioning = provisioning;
  }

  @Override
  public JsonNode run(CommandRequest request) {
    provisioning.release();
    return JsonNodeFactory.instance.objectNode().put("released", true);
  }
}
