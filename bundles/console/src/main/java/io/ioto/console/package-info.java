// SPDX-License-Identifier: Apache-2.0
/// The login of the Felix Web Console, in place of its built-in admin/admin ([Login]), and the
/// console's entry in the list of pages ([ConsolePage]). Pages of its own in the console, there
// while
/// the login is: [SyncPage], [UpdatesPage] and [DatabasePage], in one [Frame]; their services may
/// come and go. They keep nothing but what the last button did and, in memory, the last states of
/// updates ([UpdateHistory]).
///
/// Starts no threads: passwords are verified on the thread of the request, one at a time. Keeps one
/// file, `console.file` (`state/console.json`, mode 0600), with the hash of the generated password.
///
/// The framework property `felix.webconsole.password` must hold a hash that no password has: the
/// console's own login is there until [Login] is, and whenever `services.console` is false.
@NullMarked
package io.ioto.console;

import org.jspecify.annotations.NullMarked;
