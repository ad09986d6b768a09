// SPDX-License-Identifier: Apache-2.0
/// JSON5 in, strict JSON out: reads JSON5 1.0.0 exactly as its specification says into Jackson
/// trees or through Jackson's streaming interface, with a place for every error ([Json5],
/// [Document], [Json5Factory]); merges layers ([Blend]); understands values with units ([Units]);
/// describes and checks what a bundle takes from the configuration ([Section]); and replaces files
/// so that a power cut leaves the old or the new one ([Durable]).
///
/// A library: no threads, no components, no files of its own. Only [Mapper] touches Jackson's
/// costly object mapper. The tolerances of JSON6 and of the original agent beyond JSON5 (back
/// ticks, unquoted values, repeated commas) are not accepted.
@Export
@Version("1.0.0")
@NullMarked
package io.ioto.json;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
