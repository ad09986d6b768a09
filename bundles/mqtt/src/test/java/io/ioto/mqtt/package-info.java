// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.ioto.mqtt;

import org.jspecify.annotations.NullMarked;
