// SPDX-License-Identifier: Apache-2.0
/// What makes a release trustworthy: the metadata of The Update Framework, specification 1.0.33
/// (roles root, targets, snapshot and timestamp; Ed25519 by the JDK; consistent snapshots; no
/// delegations), read, written, signed and verified, and the release set, a feature file that
/// names every bundle by its hash. The gateway verifies with it; on a plain class path it is the
/// tool that makes keys and publishes releases ([Tool]), which needs no gateway.
///
/// Threads: none. Files: those of a repository and of a folder of keys when publishing; trusted
/// metadata, in the folder it is given, when verifying.
@Export
@Version("1.0.0")
@NullMarked
package io.ioto.trust;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
