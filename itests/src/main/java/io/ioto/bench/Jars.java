// SPDX-License-Identifier: Apache-2.0
package io.ioto.bench;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;

/// Other editions of a built bundle, such as its next version.
public final class Jars {
  private static final LocalDateTime BUILT = LocalDateTime.of(2026, 1, 1, 0, 0);

  private Jars() {}

  /// The bundle of a symbolic name in a folder of jars.
  ///
  /// @throws IllegalStateException unless there is exactly one
  public static byte[] find(Path folder, String symbolicName) throws IOException {
    try (var files = Files.list(folder)) {
      var found =
          files.filter(f -> f.toString().endsWith(".jar")).filter(f -> named(f, symbolicName));
      var jars = found.collect(Collectors.toList());
      if (jars.size() != 1) {
        throw new IllegalStateException("'%s' is %s in %s".formatted(symbolicName, jars, folder));
      }
      return Files.readAllBytes(jars.getFirst());
    }
  }

  /// The same bundle with another version.
  public static byte[] version(byte[] jar, String version) throws IOException {
    return edition(jar, Map.of("Bundle-Version", version), Map.of());
  }

  /// The same bundle, same version, with one more entry: other bytes.
  public static byte[] stamped(byte[] jar, String stamp) throws IOException {
    return edition(
        jar,
        Map.of(),
        Map.of("stamp.txt", stamp.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }

  /// The same bundle with some headers and entries replaced.
  public static byte[] edition(byte[] jar, Map<String, String> headers, Map<String, byte[]> entries)
      throws IOException {
    var contents = new LinkedHashMap<String, byte[]>();
    Manifest manifest;
    try (var in = new JarInputStream(new ByteArrayInputStream(jar))) {
      manifest = manifest(in);
      for (var entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
        if (!entry.isDirectory()) {
          contents.put(entry.getName(), in.readAllBytes());
        }
      }
    }
    headers.forEach(manifest.getMainAttributes()::putValue);
    contents.putAll(entries);
    return jar(manifest, contents);
  }

  /// A bundle from nothing.
  ///
  /// @param headers main attributes of the manifest
  public static byte[] bundle(Map<String, String> headers, Map<String, byte[]> entries)
      throws IOException {
    var manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    headers.forEach(manifest.getMainAttributes()::putValue);
    return jar(manifest, entries);
  }

  private static byte[] jar(Manifest manifest, Map<String, byte[]> contents) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var out = new JarOutputStream(bytes)) {
      var first = new JarEntry("META-INF/MANIFEST.MF");
      first.setTimeLocal(BUILT);
      out.putNextEntry(first);
      manifest.write(out);
      for (var content : contents.entrySet()) {
        var entry = new JarEntry(content.getKey());
        entry.setTimeLocal(BUILT);
        out.putNextEntry(entry);
        out.write(content.getValue());
      }
    }
    return bytes.toByteArray();
  }

  private static Manifest manifest(JarInputStream in) {
    var manifest = in.getManifest();
    if (manifest == null) {
      throw new IllegalArgumentException("the jar does not begin with a manifest");
    }
    return manifest;
  }

  private static boolean named(Path file, String symbolicName) {
    try (var in = new JarInputStream(Files.newInputStream(file))) {
      var name = manifest(in).getMainAttributes().getValue("Bundle-SymbolicName");
      return name != null && name.split(";", 2)[0].strip().equals(symbolicName);
    } catch (IOException | IllegalArgumentException _) {
      return false;
    }
  }
}
