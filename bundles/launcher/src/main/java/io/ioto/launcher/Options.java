// SPDX-License-Identifier: Apache-2.0
package io.ioto.launcher;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the command line and the environment of `run` ask for. An option beats the environment.
///
/// @param state state folder, absolute
/// @param config folder of the configuration files, absolute; null when none was named
/// @param exit when to end by itself; null for never
/// @param properties framework properties that carry the rest to the bundles
record Options(
    Path state,
    @Nullable Path config,
    @Nullable Duration exit,
    boolean training,
    Map<String, String> properties) {
  private static final Map<String, String> VALUES =
      Map.ofEntries(
          Map.entry("--account", "ioto.account"),
          Map.entry("--app", "ioto.app"),
          Map.entry("--builder", "ioto.builder"),
          Map.entry("--cloud", "ioto.cloud"),
          Map.entry("--product", "ioto.product"),
          Map.entry("--profile", "ioto.profile"),
          Map.entry("--trace", "ioto.trace"),
          Map.entry("-t", "ioto.trace"));

  private static final Map<String, String> ENVIRONMENT =
      Map.ofEntries(
          Map.entry("IOTO_PROFILE", "ioto.profile"),
          Map.entry("IOTO_ID", "ioto.id"),
          Map.entry("IOTO_PRODUCT", "ioto.product"),
          Map.entry("IOTO_ACCOUNT", "ioto.account"),
          Map.entry("IOTO_CLOUD", "ioto.cloud"),
          Map.entry("IOTO_BUILDER", "ioto.builder"));

  /// The options of `run`, a line each.
  static final String HELP =
      """
        --app NAME              application to serve (feature app-NAME; default empty)
        --profile dev|prod      profile of the configuration (default dev)
        --config DIR            folder of ioto.json5 and its companions
        --ioto FILE             the same by naming ioto.json5 itself
        --state DIR             folder for everything the gateway writes (default ./state)
        --listen URL            where to listen, instead of web.listen; may be repeated
        --exit SECS             stop after so many seconds; 0 = as soon as it has started
        --id ID  --product TOKEN  --account ID  --cloud URL  --builder URL
                                who the device is and where it belongs
        --timeouts, -T          switch all timeouts off, for debugging
        --trace PATH:TYPES:SOURCES, -t
                                where to log and what
        --verbose, -v | --quiet, -q | --debug, -d
                                log more | errors only | everything
        --background, -b        detach from the terminal
        --home DIR              change to this folder first
        --gen                   print a fresh device id and exit
        --version, -V           print the version and exit""";

  Options {
    properties = Map.copyOf(properties);
  }

  /// @throws LauncherException for an unknown option or a missing or bad value
  static Options of(List<String> args, Map<String, String> environment) {
    var properties = new LinkedHashMap<String, String>();
    ENVIRONMENT.forEach(
        (variable, property) -> {
          if (environment.containsKey(variable)) {
            properties.put(property, environment.get(variable));
          }
        });
    if (environment.containsKey("PROFILE")) {
      properties.putIfAbsent("ioto.profile", environment.get("PROFILE"));
    }
    var listen = new ArrayList<String>();
    var state = Path.of("state");
    Path config = null;
    Duration exit = null;
    var training = false;
    for (var rest = args.iterator(); rest.hasNext(); ) {
      var option = rest.next();
      switch (option) {
        case "--state" -> state = Path.of(value(option, rest));
        case "--config" -> config = folder(Path.of(value(option, rest)));
        case "--ioto" -> config = parent(Path.of(value(option, rest)));
        case "--listen" -> listen.add(value(option, rest));
        case "--exit" -> exit = seconds(value(option, rest));
        case "--id" -> properties.put("ioto.id", id(value(option, rest)));
        case "--timeouts", "-T" -> properties.put("ioto.timeouts", "false");
        case "--verbose", "-v" ->
            properties.put("ioto.trace", "stdout:raw,error,info,trace:all,!mbedtls");
        case "--quiet", "-q" -> properties.put("ioto.trace", "stdout:raw,error:all");
        case "--debug", "-d" -> properties.put("ioto.trace", "stdout:all:all");
        case "--train" -> training = true;
        default -> {
          var property = VALUES.get(option);
          if (property == null) {
            throw new LauncherException(
                1, "unknown option '%s'; './ioto help' lists them".formatted(option));
          }
          properties.put(property, value(option, rest));
        }
      }
    }
    if (!listen.isEmpty()) {
      properties.put("ioto.listen", String.join(" ", listen));
    }
    return new Options(state.toAbsolutePath().normalize(), config, exit, training, properties);
  }

  private static String value(String option, java.util.Iterator<String> rest) {
    if (!rest.hasNext()) {
      throw new LauncherException(1, "option '%s' needs a value".formatted(option));
    }
    return rest.next();
  }

  private static Path folder(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new LauncherException(1, "no configuration folder '%s'".formatted(folder));
    }
    return folder.toAbsolutePath().normalize();
  }

  private static Path parent(Path file) {
    if (!Files.exists(file)) {
      throw new LauncherException(1, "no configuration file '%s'".formatted(file));
    }
    var folder = file.toAbsolutePath().normalize().getParent();
    return folder == null ? file.toAbsolutePath() : folder;
  }

  private static Duration seconds(String value) {
    try {
      var seconds = Duration.ofMillis((long) (Double.parseDouble(value) * 1000));
      if (!seconds.isNegative()) {
        return seconds;
      }
    } catch (NumberFormatException _) {
      // told below
    }
    throw new LauncherException(1, "--exit takes a number of seconds, not '%s'".formatted(value));
  }

  private static String id(String id) {
    if (id.length() > 20 || !id.matches("[0-9A-Za-z_-]+")) {
      throw new LauncherException(
          1, "--id takes 1 to 20 letters and digits, not '%s'".formatted(id));
    }
    return id;
  }
}
