// SPDX-License-Identifier: Apache-2.0
/// The models of the database over HTTP: `POST /api/MODEL/OPERATION` with a JSON object, where the
/// operation is `create`, `get`, `find`, `update`, `upsert` or `remove`, and `GET /api/models` for
/// what there is. Hidden fields neither go out nor come in.
///
/// Threads: those of the requests. A database that is being swapped is waited for. No files.
@NullMarked
package io.ioto.rest;

import org.jspecify.annotations.NullMarked;
