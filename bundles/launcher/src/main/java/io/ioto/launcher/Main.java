// SPDX-License-Identifier: Apache-2.0
package io.ioto.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;

/// Entry point of the process: `run` and the commands that talk to a running gateway. The system
/// property `ioto.home` names the distribution.
public final class Main {
  /// Letters and digits that cannot be mistaken for one another.
  private static final String ID_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

  private Main() {}

  /// Exit codes: 0 done, 1 failed or refused, 2 usage, 3 no gateway runs.
  public static void main(String[] args) {
    // Named, so that the logger is not searched for on the class path at every start.
    System.setProperty("slf4j.provider", EarlyLog.class.getName());
    System.setProperty("slf4j.internal.verbosity", "WARN");
    var home = Path.of(System.getProperty("ioto.home", ".")).toAbsolutePath().normalize();
    try {
      var exit = run(home, Arrays.asList(args));
      System.out.flush();
      System.exit(exit);
    } catch (LauncherException e) {
      System.err.println("ioto: " + e.getMessage());
      System.exit(e.exit());
    }
  }

  private static int run(Path home, List<String> args) {
    var command = args.isEmpty() ? "help" : args.getFirst();
    var rest = args.isEmpty() ? args : args.subList(1, args.size());
    return switch (command) {
      case "run" -> {
        if (rest.contains("--gen")) {
          System.out.println(freshId());
          yield 0;
        }
        if (rest.contains("--version") || rest.contains("-V")) {
          System.out.println(version(home));
          yield 0;
        }
        yield new Gateway(home, Options.of(rest, System.getenv())).run();
      }
      case "deploy", "plan", "status", "stop" -> Client.of(rest).run(command);
      case "update" -> {
        var verbs = List.of("status", "check", "apply", "rollback");
        if (rest.isEmpty() || !verbs.contains(rest.getFirst())) {
          throw new LauncherException(2, "usage: ioto update status|check|apply|rollback");
        }
        yield Client.of(rest.subList(1, rest.size())).update(rest.getFirst());
      }
      case "version", "--version", "-V" -> {
        System.out.println(version(home));
        yield 0;
      }
      case "help", "--help", "-h" -> {
        System.out.println(help());
        yield 0;
      }
      default ->
          throw new LauncherException(
              2, "unknown command '%s'; './ioto help' lists them".formatted(command));
    };
  }

  /// The version of the distribution.
  static String version(Path home) {
    var properties = new Properties();
    try (var in = Files.newBufferedReader(home.resolve("lib/version.properties"))) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version", "unknown");
  }

  private static String freshId() {
    var random = new SecureRandom();
    return random
        .ints(10, 0, ID_LETTERS.length())
        .collect(
            StringBuilder::new, (b, i) -> b.append(ID_LETTERS.charAt(i)), StringBuilder::append)
        .toString();
  }

  private static String help() {
    return """
      usage: ioto run [OPTION]...   run the gateway in this terminal
             ioto cloud [OPTION]... run a device cloud in this terminal, its state in ./cloud
             ioto deploy FILE.jar   put a bundle into the running gateway
             ioto plan FILE.jar     say what deploy would do, without doing it
             ioto status            what runs, in which version, and what is missing
             ioto stop              stop the running gateway
             ioto update VERB       status, check, apply or rollback: bring a release into the
                                    running gateway, or go back to the one before
             ioto keys, release     make keys; build, sign and publish releases ('ioto release
                                    help' tells how); need no gateway
             ioto help              this text

      deploy, plan, status, stop and update take --state DIR (default ./state) to find the gateway, and
      --json to print its answer as it is.

      run takes
      %s"""
        .formatted(Options.HELP);
  }
}
