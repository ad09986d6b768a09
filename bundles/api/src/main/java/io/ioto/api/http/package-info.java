// SPDX-License-Identifier: Apache-2.0
/// Calls to other machines over HTTP: one blocking call with a deadline, a limit and a clear error
/// ([Http], [Call], [Answer], [CallException]).
@Export
@Version("1.0.0")
@NullMarked
package io.ioto.api.http;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
