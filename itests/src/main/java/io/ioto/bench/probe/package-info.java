// SPDX-License-Identifier: Apache-2.0
/// A bundle that benches and tests put into a gateway to use its services from inside, by commands
/// of the control socket. Imports nothing but contracts, as any application does.
@NullMarked
package io.ioto.bench.probe;

import org.jspecify.annotations.NullMarked;
