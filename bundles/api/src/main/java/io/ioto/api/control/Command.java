// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.control;

import com.fasterxml.jackson.databind.JsonNode;
import org.osgi.annotation.versioning.ConsumerType;

/// One command of the control socket, published as a service with the property [#ROUTE]. The
/// socket speaks HTTP/1.1 with JSON answers; only the owner of the state folder can open it.
@ConsumerType
public interface Command {
  /// Service property: method and exact path, such as `POST /deploy`.
  String ROUTE = "ioto.command";

  /// Carries out the command; may block.
  ///
  /// @return the answer, sent with status 200
  /// @throws CommandException answered with its status, code and message
  JsonNode run(CommandRequest request) throws Exception;
}
