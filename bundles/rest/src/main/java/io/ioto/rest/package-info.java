// SPDX-License-Identifier: Apache-2.0
/// The models of the database over HTTP: `POST /api/MODEL/OPERATION` with a JSON object, where the
/// operation is `create`, `get`, `find`, `update`, `upsert` or `remove`; `GET /api/MODEL/watch`
/// for what `find` finds and every change of it, as server-sent events ([Watch]); and `GET
/// /api/models` for what there is. Hidden fields neither go out nor come in, but for passwords,
/// which are hashed on their way in. The users of the database may log in ([Logins]).
///
/// Threads: those of the requests; `rest-first-user` for a moment after the start. A database that
/// is being swapped is waited for. No files.
@NullMarked
package io.ioto.rest;

import org.jspecify.annotations.NullMarked;
