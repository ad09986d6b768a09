// SPDX-License-Identifier: Apache-2.0
/// Supplies listeners with a key and a certificate: those of the operator (PEM files named by
/// `tls.certificate` and `tls.key`), or a self-signed pair made at the first start. Offers TLS 1.2
/// and 1.3 and nothing older. Supplies outgoing connections with whom to trust, and with keys that
/// are made on this device ([io.ioto.api.tls.DeviceKeys]); issues certificates for a device cloud
/// ([io.ioto.api.tls.Authorities]).
///
/// Threads: none. Files in the folder `@certs`, private to the owner: `self-signed.key` and
/// `self-signed.crt`, which may be deleted while the gateway is stopped and are then made anew;
/// `NAME.pem`, a key of this device with its certificates, and `NAME.next.pem`, one whose
/// certificate has been asked for; `authority-NAME.pem`, the key of an authority.
@NullMarked
package io.ioto.tls;

import org.jspecify.annotations.NullMarked;
