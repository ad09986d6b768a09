// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.ioto.sync;

import org.jspecify.annotations.NullMarked;
