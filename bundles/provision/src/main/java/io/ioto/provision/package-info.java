// SPDX-License-Identifier: Apache-2.0
/// Brings the device into its cloud: registers it, waits until somebody claims it, has a
/// certificate issued for a key that was made here, and publishes [io.ioto.api.device.Identity]
/// and [io.ioto.api.provision.CloudApi] while that lasts; `docs/cloud-protocol.md` is the protocol.
// Every step is on the disk before
/// the next, and can be repeated, so a crash costs one step. Whatever else the cloud answers, or
/// does not, is a reason to try again later, never to give up credentials.
///
/// Threads: one fiber, `provision`, which alone changes the state and publishes the identity; none
/// when no cloud is configured. Files: `provision.json` in the state folder, private to the owner
/// since it holds the token of the device. There can be one of it only, so a successor starts
/// after this one has stopped (`Ioto-Handover`).
@Capability(
    namespace = "osgi.service",
    attribute = "objectClass:List<String>=\"io.ioto.api.device.Identity\"",
    effective = "active")
@Header(name = "Ioto-Handover", value = "true")
@Header(
    name = "Ioto-Presence",
    value = "io.ioto.api.device.Identity,io.ioto.api.provision.CloudApi")
@NullMarked
package io.ioto.provision;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Capability;
import org.osgi.annotation.bundle.Header;
