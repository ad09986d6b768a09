// SPDX-License-Identifier: Apache-2.0
/// Activators of the bundles that tests deploy; packed into jars one by one.
@NullMarked
package io.ioto.deploy.guest;

import org.jspecify.annotations.NullMarked;
