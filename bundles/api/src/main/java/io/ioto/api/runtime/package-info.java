// SPDX-License-Identifier: Apache-2.0
/// What every bundle may expect of the process it runs in: threads it owns ([Fibers]), time
/// ([Timers]), events ([Signals]), and the vacant chair ([Gate], [Seat], [ServiceSeat]) through
/// which callers keep working while a provider is swapped, and are sent away where they would stay
/// too long ([Lingering]).
@Export
@Version("1.0.0")
@NullMarked
package io.ioto.api.runtime;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
