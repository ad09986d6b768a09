// SPDX-License-Identifier: Apache-2.0
/// The built distribution as a process, seen from outside: started and stopped ([Gateway]), spoken
/// to over its control socket ([Control]), put under load ([Load]), and measured ([Bench]). Needs
/// nothing but the JDK, so that `./ioto bench` starts it from the class folder alone.
@NullMarked
package io.ioto.bench;

import org.jspecify.annotations.NullMarked;
