// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.ioto.cloud;

import org.jspecify.annotations.NullMarked;
