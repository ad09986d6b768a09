// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.web;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/// A form as a browser sends it: texts, and files that have been written to disk as they came.
@ProviderType
public interface Form {
  /// First text of a field.
  Optional<String> field(String name);

  /// All texts by field, in the order in which they came.
  Map<String, List<String>> fields();

  /// All files, in the order in which they came.
  List<Upload> files();
}
