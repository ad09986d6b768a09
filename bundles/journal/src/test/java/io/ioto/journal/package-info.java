// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.ioto.journal;

import org.jspecify.annotations.NullMarked;
