// SPDX-License-Identifier: Apache-2.0
/// Keeps the device connected to its broker while it has an [io.ioto.api.device.Identity], and
/// publishes an [io.ioto.api.mqtt.Connection] while it is; keeps messages that must arrive in an
/// outbox on the disk. Paho moves the bytes and nothing else: it is used asynchronously only, its
/// callbacks hand over and return, and it keeps nothing, since it loses ALPN, blocks in callbacks
/// and forgets completions (`Wire`).
///
/// Threads: a fiber `mqtt`, which connects, publishes and withdraws the connection; one for each
/// subscription; one for the outbox; four threads of Paho per connection. Files: the journal
/// `mqtt/` in the state folder. A broker takes one connection of each device, so a successor
/// starts after this one has stopped (`Ioto-Handover`).
@Capability(
    namespace = "osgi.service",
    attribute = "objectClass:List<String>=\"io.ioto.api.mqtt.Connection\"",
    effective = "active")
@Header(name = "Ioto-Handover", value = "true")
@Header(name = "Ioto-Presence", value = "io.ioto.api.mqtt.Connection")
@NullMarked
package io.ioto.mqtt;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Capability;
import org.osgi.annotation.bundle.Header;
