// SPDX-License-Identifier: Apache-2.0
/// Brings what an operator writes to the components that need it: reads `ioto.json5`, `web.json5`,
/// `device.json5`, `provision.json5` and `local.json5` of the config folder, merges them with
/// their profiles and the command line ([Layers]), checks everything against what the installed
/// bundles say of their sections ([Catalog], [Evaluation]), and publishes each section to
/// Configuration Admin ([Publisher]) and the whole as the `Settings` service. Nothing is published
/// unless all of it is right; what runs stays as it is until then.
///
/// Threads: one, named `config`, that waits for changed files ([Watch]). Files: only reads; the
/// configuration that Configuration Admin keeps is replaced at start and counts for nothing.
@Capability(
    namespace = "osgi.service",
    attribute = "objectClass:List<String>=io.ioto.api.config.Settings",
    effective = "active")
@NullMarked
package io.ioto.config;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Capability;
