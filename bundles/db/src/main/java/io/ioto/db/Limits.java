// SPDX-License-Identifier: Apache-2.0
package io.ioto.db;

/// What the database may take; see `settings.json5`.
///
/// @param key bytes of a key in UTF-8
/// @param item bytes of an item, about
/// @param items how many
/// @param memory bytes of all items, about
/// @param commit writes of one commit
/// @param page items of one page
/// @param removed removals kept for synchronisation
/// @param triggers commits that wait for triggers
record Limits(
    int key, long item, int items, long memory, int commit, int page, int removed, int triggers) {}
