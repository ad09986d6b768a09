// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.ioto.device;

import org.jspecify.annotations.NullMarked;
