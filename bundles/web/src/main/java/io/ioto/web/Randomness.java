// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import java.security.SecureRandom;

/// What nobody can guess. A class of its own, so that the source is opened when first needed, and
/// not while the gateway starts.
final class Randomness {
  static final SecureRandom SOURCE = new SecureRandom();

  private Randomness() {}
}
