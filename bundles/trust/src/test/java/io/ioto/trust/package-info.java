// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.ioto.trust;

import org.jspecify.annotations.NullMarked;
