// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

/// What every request is served with.
///
/// @param guard decides who comes in
/// @param streams of events that are open
/// @param uploads room for files that come
record Desk(Settings settings, Guard guard, Streams streams, Uploads uploads) {}
