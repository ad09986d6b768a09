// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.ioto.http;

import org.jspecify.annotations.NullMarked;
