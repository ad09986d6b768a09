// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.ioto.ota;

import org.jspecify.annotations.NullMarked;
