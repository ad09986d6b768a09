// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.web;

import org.osgi.annotation.versioning.ConsumerType;

/// Answers one request, on a thread of its own while it lasts, so it may block.
@ConsumerType
@FunctionalInterface
public interface Handler {
  /// Answers the request. Returning without having sent anything answers 200 with an empty body.
  ///
  /// @throws HttpException answered with its status
  /// @throws Exception logged and answered with 500
  void handle(Exchange exchange) throws Exception;
}
