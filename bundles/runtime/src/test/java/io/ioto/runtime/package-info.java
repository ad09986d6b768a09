// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.ioto.runtime;

import org.jspecify.annotations.NullMarked;
