// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.ota;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/// Has a say in whether a release is kept: published as a service, it is asked again and again
/// while a release must prove itself. It should answer within a second; one that throws, or does
/// not answer in time, counts as a problem.
@ConsumerType
public interface HealthCheck {
  /// Service property: what is checked, as it appears in messages.
  String NAME = "ioto.health";

  /// What is wrong, a sentence each; empty when all is well.
  List<String> problems() throws Exception;

  /// Whether a release is judged by what this check said before it: for what depends on the world,
  /// such as a network. Where it was content it has to be there and be so again; where it was not,
  /// or was not there, it is not asked. Never changes.
  default boolean relative() {
    return false;
  }
}
