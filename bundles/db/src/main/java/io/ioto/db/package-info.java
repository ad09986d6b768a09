// SPDX-License-Identifier: Apache-2.0
/// The embedded database, the [io.ioto.api.db.Db] service: all data in memory as immutable
/// versions in persistent trees ([Data]), every commit one record of a journal ([Store]), models
/// and checks from `schema.json5` ([Schema], [Rules]). Readers take a version of the whole and
/// never wait.
///
/// Threads: a writer is whoever calls; the journal's own thread writes; `db-keeper` removes what
/// has expired, compacts, and watches the schema; `db-triggers` calls the triggers. The journal
/// belongs to one owner, so a successor starts after this one has stopped (`Ioto-Handover`).
/// Files: the folder `database.path` (`@db`), as `io.ioto.journal` describes it; reads
/// `database.schema`.
@Header(name = "Ioto-Handover", value = "true")
@NullMarked
package io.ioto.db;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Header;
