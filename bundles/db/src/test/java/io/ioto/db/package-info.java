// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.ioto.db;

import org.jspecify.annotations.NullMarked;
