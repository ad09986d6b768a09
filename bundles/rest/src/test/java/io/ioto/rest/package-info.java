// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.ioto.rest;

import org.jspecify.annotations.NullMarked;
