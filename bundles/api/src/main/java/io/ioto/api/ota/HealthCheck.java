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
}
