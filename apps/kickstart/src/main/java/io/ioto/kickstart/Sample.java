// SPDX-License-Identifier: Apache-2.0
package io.ioto.kickstart;

import org.jspecify.annotations.Nullable;

/// The figures of one moment. Null stands for what this system does not tell.
///
/// @param time milliseconds since 1970
/// @param process share of all processors that the gateway uses, 0 to 1
/// @param system share of all processors that is in use, 0 to 1
/// @param heap bytes of the heap in use
/// @param heapMost bytes that the heap may take
/// @param load processes that run or wait to, averaged over a minute
/// @param threads of the platform
/// @param uptime milliseconds since the process began
record Sample(
    long time,
    @Nullable Double process,
    @Nullable Double system,
    long heap,
    long heapMost,
    @Nullable Double load,
    int threads,
    long uptime) {}
