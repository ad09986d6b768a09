// SPDX-License-Identifier: Apache-2.0
/// Supplies listeners with a key and a certificate: those of the operator (PEM files named by
/// `tls.certificate` and `tls.key`), or a self-signed pair made at the first start. Offers TLS 1.2
/// and 1.3 and nothing older.
///
/// Threads: none. Files: `self-signed.key` and `self-signed.crt` in the folder `@certs`, private
/// to the owner; both may be deleted while the gateway is stopped, and are then made anew.
@NullMarked
package io.ioto.tls;

import org.jspecify.annotations.NullMarked;
