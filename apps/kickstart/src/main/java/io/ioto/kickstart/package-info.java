// SPDX-License-Identifier: Apache-2.0
/// The manager of a small network device: a dashboard with live figures, its ports, what happened
/// on it, who may log in, and how it stands with its cloud and its updates. The pages are made in
/// `apps/kickstart/ui` with the kit in `apps/ui` and served from the folder `site` of the bundle;
/// the models come over `rest`, what else they show from [Kickstart].
///
/// Threads: a timer takes the figures every two seconds ([Pulse]); the fibers `seed` and
/// `reporter` write to the database. No files. Copy it, and put your own pages in the place of
/// these.
@NullMarked
package io.ioto.kickstart;

import org.jspecify.annotations.NullMarked;
