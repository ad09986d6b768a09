// SPDX-License-Identifier: Apache-2.0
/// Brings release sets into the gateway: looks for one, verifies it by its TUF metadata (`trust`),
/// fetches and checks every bundle, has the whole set resolved before anything is touched, has
/// `deploy` swap it, and keeps it only when it stays healthy; else everything goes back. Each step
/// is written down before the next begins, so a cut at any instruction is gone on with, or undone,
/// at the next start. A set that concerns this bundle or what it stands on is taken at a restart
/// of the framework, which the launcher does.
///
/// Threads: one that carries updates out and checks for new ones; one that reports to the cloud;
/// one for each health check while it is asked. Files below the state folder:
/// `release/journal.json`, `release/reported.json`, `release/candidate.json`,
/// `release/before.json`, `release/current.json`, `release/previous.json`, `release/fetch/`,
/// `trust/`.
@NullMarked
package io.ioto.ota;

import org.jspecify.annotations.NullMarked;
