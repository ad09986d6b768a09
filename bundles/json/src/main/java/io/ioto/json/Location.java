// SPDX-License-Identifier: Apache-2.0
package io.ioto.json;

/// A place in a source text, for messages a person can follow. Lines and columns count from 1;
/// columns count characters as an editor does.
///
/// @param source the file name or whatever else names the text
public record Location(String source, int line, int column) {
  /// As compilers print it: `web.json5:3:7`.
  @Override
  public String toString() {
    return source + ":" + line + ":" + column;
  }
}
