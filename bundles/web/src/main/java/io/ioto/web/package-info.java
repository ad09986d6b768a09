// SPDX-License-Identifier: Apache-2.0
/// The web server behind `front`: finds the handler of a request among the
/// [io.ioto.api.web.Routes] of all applications, asks [Guard] whether the caller may come in, runs
/// it, serves files from bundles and from `web.documents`, and turns whatever goes wrong into a
/// status ([Dispatcher]).
///
/// Requests run on the threads of the container; none are started here. Routes are added
/// and removed by the thread that registers or unregisters them, which waits until the requests
/// inside have left and sends streams of events away ([Streams]). The route table is an immutable
/// snapshot, the places in it are seats ([io.ioto.api.runtime.Seat]) that outlive their occupants
/// for `web.swap.grace`. Sessions are kept by the framework and outlive this bundle ([Sessions]).
///
/// Reads the files below `web.documents`; writes uploads to `web.upload.dir`, which go with their
/// request.
@NullMarked
package io.ioto.web;

import org.jspecify.annotations.NullMarked;
