// SPDX-License-Identifier: Apache-2.0
package io.ioto.deploy;

import static io.ioto.api.deploy.DeployException.Reason.NO_BUNDLE;
import static io.ioto.api.deploy.DeployException.Reason.NO_JAR;
import static io.ioto.api.deploy.DeployException.Reason.TOO_LARGE;

import io.ioto.api.deploy.DeployException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;

/// A jar whose every byte has been read and which is a bundle.
///
/// @param file where it is
/// @param sha256 lower-case hex
/// @param name symbolic name
/// @param headers of its manifest
record Jar(Path file, String sha256, long size, String name, Version version, Attributes headers) {
  /// Manifest header of a bundle that owns what only one can own, such as a port or a file.
  static final String HANDOVER = "Ioto-Handover";

  private static final Pattern NAME = Pattern.compile("([\\w-]+(?:\\.[\\w-]+)*)\\s*(?:;.*)?");
  private static final Pattern SINGLETON = Pattern.compile(";\\s*singleton\\s*:=\\s*\"?true\"?");

  /// Reads a jar to the last byte of its last entry: a bundle that breaks off in the middle would
  /// start, and fail much later.
  ///
  /// @param sha256 hash of the file
  /// @param maxContent how many bytes all entries together may have
  static Jar read(Path file, String sha256, long maxContent) {
    Attributes headers;
    try (var jar = new JarFile(file.toFile())) {
      var manifest = jar.getManifest();
      headers = manifest == null ? new Attributes() : manifest.getMainAttributes();
      var left = maxContent;
      for (var entries = jar.entries(); entries.hasMoreElements(); ) {
        left -= check(jar, entries.nextElement(), left);
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new DeployException(NO_JAR, "the file is no readable jar: " + e.getMessage(), e);
    } catch (SecurityException e) {
      throw new DeployException(NO_JAR, "the jar is not what was signed: " + e.getMessage(), e);
    }
    return bundle(file, sha256, headers);
  }

  private static long check(JarFile jar, JarEntry entry, long limit) throws IOException {
    var crc = new CRC32();
    var size = 0L;
    try (var in = jar.getInputStream(entry)) {
      var buffer = new byte[64 << 10];
      for (var n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        crc.update(buffer, 0, n);
        size += n;
        if (size > limit) {
          throw new DeployException(
              TOO_LARGE, "the jar unpacks to more than deploy.limits.content allows");
        }
      }
    }
    if (entry.getSize() != size || entry.getCrc() != crc.getValue()) {
      throw new IOException("entry %s is damaged".formatted(entry.getName()));
    }
    return size;
  }

  private static Jar bundle(Path file, String sha256, Attributes headers) {
    var named = headers.getValue(Constants.BUNDLE_SYMBOLICNAME);
    if (named == null || !"2".equals(headers.getValue(Constants.BUNDLE_MANIFESTVERSION))) {
      throw new DeployException(
          NO_BUNDLE,
          "the jar is no OSGi bundle: its manifest lacks Bundle-SymbolicName and"
              + " Bundle-ManifestVersion 2");
    }
    var name = NAME.matcher(named.strip());
    if (!name.matches()) {
      throw new DeployException(
          NO_BUNDLE, "the bundle's symbolic name '%s' is none".formatted(named));
    }
    if (headers.getValue(Constants.FRAGMENT_HOST) != null) {
      throw new DeployException(
          NO_BUNDLE,
          "%s is a fragment of %s and not a bundle by itself; it comes with the distribution"
              .formatted(name.group(1), headers.getValue(Constants.FRAGMENT_HOST)));
    }
    try {
      var version = Version.parseVersion(headers.getValue(Constants.BUNDLE_VERSION));
      return new Jar(file, sha256, size(file), name.group(1), version, headers);
    } catch (IllegalArgumentException e) {
      throw new DeployException(NO_BUNDLE, "%s: %s".formatted(name.group(1), e.getMessage()), e);
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new DeployException(NO_JAR, "the file cannot be read: " + e.getMessage(), e);
    }
  }

  /// The same jar in another place.
  Jar at(Path place) {
    return new Jar(place, sha256, size, name, version, headers);
  }

  /// Name and version as people read them.
  String title() {
    return name + " " + version;
  }

  boolean singleton() {
    return SINGLETON.matcher(headers.getValue(Constants.BUNDLE_SYMBOLICNAME)).find();
  }

  /// The packages it imports, whatever their versions.
  Set<String> imports() {
    var header = headers.getValue(Constants.IMPORT_PACKAGE);
    if (header == null) {
      return Set.of();
    }
    var imports = new HashSet<String>();
    var part = new StringBuilder();
    var quoted = false;
    for (var c : (header + ",").toCharArray()) {
      quoted ^= c == '"';
      if (quoted || (c != ',' && c != ';')) {
        part.append(c);
        continue;
      }
      // A clause is paths, then attributes and directives, which have an equals sign.
      if (part.indexOf("=") < 0) {
        imports.add(part.toString().strip());
      }
      part.setLength(0);
    }
    return imports;
  }

  boolean handover() {
    return "true".equalsIgnoreCase(headers.getValue(HANDOVER));
  }
}
