// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.ioto.tls;

import org.jspecify.annotations.NullMarked;
