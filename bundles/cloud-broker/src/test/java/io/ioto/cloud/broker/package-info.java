// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.ioto.cloud.broker;

import org.jspecify.annotations.NullMarked;
