// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.control;

import java.io.InputStream;
import java.util.Map;

/// What a command was asked.
///
/// @param query query variables, decoded
/// @param body the body as it comes; ends at its content length
/// @param length bytes of the body
public record CommandRequest(Map<String, String> query, InputStream body, long length) {
  public CommandRequest {
    query = Map.copyOf(query);
  }
}
