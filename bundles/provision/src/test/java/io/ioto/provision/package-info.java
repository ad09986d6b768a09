// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.ioto.provision;

import org.jspecify.annotations.NullMarked;
