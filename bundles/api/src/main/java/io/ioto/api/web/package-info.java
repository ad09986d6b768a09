// SPDX-License-Identifier: Apache-2.0
/// How an application answers HTTP requests: it publishes [Routes] as a service, and `web` serves
/// them until the service goes; what is inside is drained first and what comes meanwhile waits.
/// Who may call what: routes name a role, [Users] tells who has it, [Session] remembers a login.
@Export
@Version("1.0.0")
@NullMarked
package io.ioto.api.web;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
