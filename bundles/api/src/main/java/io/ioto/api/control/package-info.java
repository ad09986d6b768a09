// SPDX-License-Identifier: Apache-2.0
/// Commands for the operator of this machine, answered on the Unix socket in the state folder.
@Export
@Version("1.0.0")
@NullMarked
package io.ioto.api.control;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
