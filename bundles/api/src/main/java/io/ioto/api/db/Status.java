// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.db;

/// How the database is.
///
/// @param writable false while the disk refuses writes; reads go on and it recovers by itself
/// @param trouble why it is not writable, or what it found damaged at its start; empty when well
/// @param items how many there are
/// @param bytes what they take on the disk, about
/// @param journal size of the journal file, in bytes
/// @param sequence of the last commit
public record Status(
    boolean writable, String trouble, long items, long bytes, long journal, long sequence) {}
