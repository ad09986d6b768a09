// SPDX-License-Identifier: Apache-2.0
/// Calls other machines over HTTP/1.1 with the Java runtime's client. Each attempt has one
/// deadline for the whole of the answer, and the answer a limit. What failed in a way that may
/// pass is repeated, if repeating it is harmless, after pauses of full jitter.
///
/// Threads: a call is made on its caller's thread; the runtime's client has one thread per TLS
/// context to wait for sockets, of at most eight contexts, and virtual ones. All end with the
/// bundle. No files.
@NullMarked
package io.ioto.http;

import org.jspecify.annotations.NullMarked;
