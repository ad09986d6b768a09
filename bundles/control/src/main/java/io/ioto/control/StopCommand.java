// SPDX-License-Identifier: Apache-2.0
package io.ioto.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.ioto.api.control.Command;
import io.ioto.api.control.CommandRequest;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `POST /stop`: stops the gateway. The answer says that it has begun to stop.
@Component(service = Command.class, property = Command.ROUTE + "=POST /stop")
public final class StopCommand implements Command {
  private static final Logger log = LoggerFactory.getLogger(StopCommand.class);

  private final BundleContext context;

  @Activate
  public StopCommand(BundleContext context) {
    this.context = context;
  }

  @Override
  public JsonNode run(CommandRequest request) throws BundleException {
    log.info("stopping, as asked by the operator");
    // The framework stops on a thread of its own, so this command ends first.
    context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).stop();
    return JsonNodeFactory.instance.objectNode().put("stopping", true);
  }
}
