// SPDX-License-Identifier: Apache-2.0
package io.ioto.features;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ioto.json.Json5;
import io.ioto.resolve.Resolution;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;

/// Assembles the distribution from the feature files.
public final class Assembler {
  /// What stands on the class path of the process rather than in the framework.
  private static final Map<String, String> LIBRARIES =
      Map.of(
          "io.ioto:launcher", "launcher.jar",
          "org.apache.felix:org.apache.felix.framework", "felix.jar",
          "org.slf4j:slf4j-api", "slf4j-api.jar",
          "ch.qos.logback:logback-classic", "logback-classic.jar",
          "ch.qos.logback:logback-core", "logback-core.jar");

  /// What belongs to the checkout's own gateway and is not shipped.
  private static final Set<String> OWN = Set.of("local.json5", "provision.json5");

  private final Path repository;
  private final Path target;
  private final String version;

  private Assembler(Path repository, Path target, String version) {
    this.repository = repository;
    this.target = target;
    this.version = version;
  }

  /// Arguments: root of the checkout, folder with the filtered features, folder with the jars in
  /// Maven layout, folder to make, version.
  public static void main(String[] args) throws IOException {
    var root = Path.of(args[0]);
    new Assembler(Path.of(args[2]), Path.of(args[3]), args[4]).assemble(root, Path.of(args[1]));
  }

  private void assemble(Path root, Path features) throws IOException {
    for (var folder : List.of("bin", "lib", "bundles", "features", "runtime-config")) {
      Files.createDirectories(target.resolve(folder));
    }
    var made = new TreeSet<Path>();
    for (var library : LIBRARIES.entrySet()) {
      made.add(copy(only(library.getKey()), target.resolve("lib").resolve(library.getValue())));
    }
    made.add(write(target.resolve("lib/version.properties"), "version=%s\n".formatted(version)));
    var script = copy(root.resolve("ioto"), target.resolve("bin/ioto"));
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    made.add(script);
    var config = root.resolve("runtime-config");
    for (var file : below(config)) {
      if (!OWN.contains(file.getFileName().toString())) {
        var to = target.resolve("runtime-config").resolve(config.relativize(file));
        Files.createDirectories(to.getParent());
        made.add(copy(file, to));
      }
    }
    var bundles = new LinkedHashMap<String, List<Path>>();
    for (var file : files(features)) {
      var name = file.getFileName().toString().replace(".json", "");
      bundles.put(name, feature(file, made));
    }
    prune(made);
    prove(bundles, frameworkProperties(root));
  }

  private List<Path> feature(Path file, Set<Path> made) throws IOException {
    var feature = (ObjectNode) Json5.read(Files.readString(file), file.getFileName().toString());
    var jars = new ArrayList<Path>();
    for (var node : feature.withArray("bundles")) {
      var bundle = (ObjectNode) node;
      var source = located(bundle.get("id").asText());
      var headers = headers(source);
      var name = header(headers, "Bundle-SymbolicName", source).replaceFirst(";.*", "").strip();
      var jar = copy(source, target.resolve("bundles/%s.jar".formatted(name)));
      jars.add(jar);
      made.add(jar);
      bundle.put("ioto-name", name);
      bundle.put("ioto-version", header(headers, "Bundle-Version", source));
      bundle.put("ioto-file", jar.getFileName().toString());
      bundle.put("ioto-sha256", sha256(jar));
      bundle.put("ioto-size", Files.size(jar));
    }
    made.add(write(target.resolve("features").resolve(file.getFileName()), Json5.pretty(feature)));
    return jars;
  }

  /// Every combination a person can start: the core alone, with the web server, with the console,
  /// updates, the database and the cloud on top, each with and without every application that fits.
  private static void prove(Map<String, List<Path>> bundles, Map<String, String> properties) {
    var combinations = new ArrayList<List<String>>();
    combinations.add(List.of("core"));
    combinations.add(List.of("core", "device"));
    combinations.add(List.of("core", "ota"));
    combinations.add(List.of("core", "web", "db", "cloud"));
    var local = List.of("console", "ota", "db", "device", "sync");
    for (var with = 0; with <= local.size(); with++) {
      var features = new ArrayList<>(List.of("core", "web"));
      features.addAll(local.subList(0, with));
      combinations.add(List.copyOf(features));
    }
    var all = combinations.getLast();
    for (var app : bundles.keySet().stream().filter(f -> f.startsWith("app-")).toList()) {
      for (var features : List.of(List.of("core", "web"), all)) {
        var withApp = new ArrayList<>(features);
        withApp.add(app);
        combinations.add(withApp);
      }
    }
    for (var combination : combinations) {
      var jars = new LinkedHashSet<Path>();
      for (var feature : combination) {
        jars.addAll(bundles.getOrDefault(feature, List.of()));
      }
      var problems = Resolution.of(List.copyOf(jars), properties).problems();
      if (!problems.isEmpty()) {
        throw new IllegalStateException(
            "features %s do not resolve:\n  %s"
                .formatted(combination, String.join("\n  ", problems)));
      }
      System.out.printf("features %s resolve: %d bundles%n", combination, jars.size());
    }
  }

  private static Map<String, String> frameworkProperties(Path root) throws IOException {
    var properties = new Properties();
    try (var in =
        new StringReader(Files.readString(root.resolve("runtime-config/framework.properties")))) {
      properties.load(in);
    }
    var map = new HashMap<String, String>();
    properties.forEach((key, value) -> map.put(key.toString(), value.toString()));
    return map;
  }

  /// The jar of `group:artifact:version` or `group:artifact:type:classifier:version`.
  private Path located(String id) {
    var parts = id.split(":", -1);
    var version = parts[parts.length - 1];
    var classifier = parts.length == 5 ? "-" + parts[3] : "";
    var jar =
        repository.resolve(
            "%s/%s/%s/%s-%s%s.jar"
                .formatted(
                    parts[0].replace('.', '/'), parts[1], version, parts[1], version, classifier));
    if (!Files.exists(jar)) {
      throw new IllegalStateException(
          "feature names %s, which is no dependency of the features module".formatted(id));
    }
    return jar;
  }

  /// The jar of an artifact that is there in one version only.
  private Path only(String id) throws IOException {
    var group = id.substring(0, id.indexOf(':')).replace('.', '/');
    var artifact = id.substring(id.indexOf(':') + 1);
    try (var versions = Files.list(repository.resolve(group).resolve(artifact))) {
      var found = versions.filter(Files::isDirectory).toList();
      if (found.size() != 1) {
        throw new IllegalStateException(
            "expected one version of %s, not %s; mvn clean".formatted(id, found));
      }
      var folder = found.getFirst();
      return folder.resolve("%s-%s.jar".formatted(artifact, folder.getFileName()));
    }
  }

  /// Leaves a file alone that is the same already: the JVM's start-up cache goes by its time.
  private static Path copy(Path from, Path to) throws IOException {
    if (!Files.exists(to) || Files.mismatch(from, to) >= 0) {
      Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
    return to;
  }

  private static Path write(Path file, String text) throws IOException {
    if (!Files.exists(file) || !Files.readString(file).equals(text)) {
      Files.writeString(file, text);
    }
    return file;
  }

  /// Deletes what an earlier build left behind.
  private void prune(Set<Path> made) throws IOException {
    for (var folder : List.of("lib", "bundles", "features", "runtime-config")) {
      for (var file : below(target.resolve(folder))) {
        if (!made.contains(file)) {
          Files.delete(file);
        }
      }
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static List<Path> below(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static Attributes headers(Path jar) throws IOException {
    try (var file = new JarFile(jar.toFile())) {
      return file.getManifest().getMainAttributes();
    }
  }

  private static String header(Attributes headers, String name, Path jar) {
    var value = headers.getValue(name);
    if (value == null) {
      throw new IllegalStateException("%s has no %s: it is no bundle".formatted(jar, name));
    }
    return value;
  }

  private static String sha256(Path file) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
