// SPDX-License-Identifier: Apache-2.0
/// The built distribution as a process, seen from outside: started and stopped ([Gateway]), spoken
/// to over its control socket ([Control]), put under load ([Load]), and measured ([Bench]); alone
// or
/// with its cloud ([Fleet]).
@NullMarked
package io.ioto.bench;

import org.jspecify.annotations.NullMarked;
