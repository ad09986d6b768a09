// SPDX-License-Identifier: Apache-2.0
/// The embedded database: models from `schema.json5`, items as immutable versions, durable and
/// atomic commits, snapshots, triggers, and the feed of changes that synchronisation sends.
///
/// [Db] is the service. Everything else is data ([Item], [Model], [Query], [Write], [Change]) or
/// is published by those who use it ([Trigger], [Context]). A swap of the database waits in a
/// [io.ioto.api.runtime.ServiceSeat]; what was read before stays valid, since it is only data.
@Export
@Version("1.0.0")
@NullMarked
package io.ioto.api.db;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
