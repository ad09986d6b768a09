// SPDX-License-Identifier: Apache-2.0
/// The front door: owns the listening sockets and the one servlet behind them, and hands every
/// request to `web` through a [io.ioto.api.runtime.ServiceSeat], so that `web` itself can be
/// swapped while requests are in flight. It is kept so small that it never needs a swap itself.
///
/// Sockets are bound here, by the thread that activates [Front], so that a port in use is known at
/// once; Jetty, run by the Felix HTTP service, accepts on them. A request gets a virtual thread, or
/// in a rush the thread that found it; see [Leaders]. Since two bundles cannot own one port, a
// successor starts after this one has stopped
/// (`Ioto-Handover`). One timer of Jetty per listener closes connections that do not get their
/// header through. Streams of events are sent away first when endpoints close. No files.
@Header(name = "Ioto-Handover", value = "true")
@Capability(
    namespace = "osgi.service",
    attribute = "objectClass:List<String>=io.ioto.api.web.Listener")
@NullMarked
package io.ioto.front;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Capability;
import org.osgi.annotation.bundle.Header;
