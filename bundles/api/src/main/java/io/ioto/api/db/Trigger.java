// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.db;

import org.osgi.annotation.versioning.ConsumerType;

/// Published as a service by whoever wants to hear of changes while it is there. With the service
/// property [#MODELS] only commits that concern one of these models come.
///
/// A trigger hears of what is committed while it is registered; whoever must not miss anything
/// reads [Db#changes] besides. It may read and write the database.
@ConsumerType
@FunctionalInterface
public interface Trigger {
  /// Service property, text or list of texts: the models to hear of; all when absent.
  String MODELS = "models";

  /// Called after each commit is durable, in the order of the commits, one at a time, on a fiber
  /// of the database. Others wait meanwhile: up to `database.limits.triggers` commits (10 000),
  /// then writers. What it throws is logged.
  void changed(Commit commit);
}
