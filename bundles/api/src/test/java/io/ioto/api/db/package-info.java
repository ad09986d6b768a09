// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.ioto.api.db;

import org.jspecify.annotations.NullMarked;
