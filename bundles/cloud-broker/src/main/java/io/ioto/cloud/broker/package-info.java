// SPDX-License-Identifier: Apache-2.0
/// An MQTT 3.1.1 broker for development and small sites: devices with a certificate of the cloud's
/// authority connect to it, each to its own topics only ([io.ioto.api.cloud.Broker]). What it has
/// acknowledged, and what it has taken for a device, is on the disk. Netty moves and decodes the
/// bytes; who connects and what comes is decided on virtual threads. No MQTT 5, no QoS 2.
///
/// Threads: Netty's, for input and output; two virtual threads per connection (`broker-in`,
/// `broker-out`), one for each provider that follows presence, one of the journal. Files: the
/// journal `broker/` in the state folder. Two bundles cannot own one port or one session, so a
/// successor starts after this one has stopped (`Ioto-Handover`).
@Header(name = "Ioto-Handover", value = "true")
@NullMarked
package io.ioto.cloud.broker;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Header;
