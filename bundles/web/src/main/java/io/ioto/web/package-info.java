// SPDX-License-Identifier: Apache-2.0
/// The web server behind `front`: finds the handler of a request among the
/// [io.ioto.api.web.Routes] of all applications, runs it, serves files from bundles and from
/// `web.documents`, and turns whatever goes wrong into a status ([Dispatcher]).
///
/// Requests run on the virtual threads of the container; none are started here. Routes are added
/// and removed by the thread that registers or unregisters them, which waits until the requests
/// inside have left. The route table is an immutable snapshot, the places in it are seats
/// ([io.ioto.api.runtime.Seat]) that outlive their occupants for `web.swap.grace`.
///
/// Reads the files below `web.documents`; writes none.
@NullMarked
package io.ioto.web;

import org.jspecify.annotations.NullMarked;
