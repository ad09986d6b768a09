// SPDX-License-Identifier: Apache-2.0
/// The ground every bundle stands on: threads, time and signals that end with the bundle which
/// uses them, the judgement whether the gateway is ready, and the log.
///
/// Threads: `timers` waits for due times, `log` writes lines, `announcer` lives until the gateway
/// is ready; whatever runs for a bundle is a virtual thread with the bundle's name in front. Each
/// bundle gets instances of [io.ioto.api.runtime.Fibers], [io.ioto.api.runtime.Timers] and
/// [io.ioto.api.runtime.Signals] of its own. Limits and their defaults stand in
/// `OSGI-INF/ioto/settings.json5`. Files: the log, where it goes to a file (`@log/ioto.log`, older
/// ones with `.1`, `.2` and so on behind).
@NullMarked
package io.ioto.runtime;

import org.jspecify.annotations.NullMarked;
