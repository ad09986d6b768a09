// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.web;

import java.io.IOException;
import java.nio.file.Path;
import org.osgi.annotation.versioning.ProviderType;

/// A file that came with a [Form]. It is private to the gateway and deleted when the request ends,
/// whatever its end, unless it has been moved.
@ProviderType
public interface Upload {
  /// The field it came with.
  String field();

  /// The name the client gives it: one segment without anything that could leave a folder. A hint
  /// all the same; files of many clients may have the same.
  String name();

  /// The content type the client gives it; `application/octet-stream` unless it does.
  String type();

  /// Its length in bytes.
  long size();

  /// Where it is until the request ends.
  Path file();

  /// Keeps it: moves it to a path, which must not exist, in a folder that does, on the file system
  /// of `web.upload.dir`. What is there afterwards is complete and on disk.
  ///
  /// @throws java.nio.file.FileAlreadyExistsException when there is something at the path
  void move(Path to) throws IOException;
}
