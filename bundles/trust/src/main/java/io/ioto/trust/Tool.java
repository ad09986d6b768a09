// SPDX-License-Identifier: Apache-2.0
package io.ioto.trust;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ioto.api.ota.UpdateException;
import io.ioto.json.Units;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// `./ioto keys` and `./ioto release`: makes keys, and builds, signs and publishes releases. Runs
/// on a plain class path, without a gateway. The system property `ioto.home` names the
/// distribution.
public final class Tool {
  private static final String HELP =
      """
      usage: ioto keys init [OPTION]...      make the keys that sign releases, and root.json, which
                                             gateways need to trust them
             ioto keys rotate ROLE [OPTION]...
                                             replace the keys of root, targets, snapshot or timestamp
             ioto release VERB... [OPTION]...
                build                        make a release of the distribution
                sign                         sign it, with the key of the role targets
                publish                      put it into the repository, a folder to be served, and
                                             into the cloud, if one is named
                refresh                      renew what the repository says of its freshness

      options
        --options F            file with options, one a line (default release/options, if it is there)
        --keys DIR             folder of the keys (default release/keys)
        --roots N              root keys to make (default 1)
        --threshold N          how many of them must sign (default 1)
        --passphrase-file F    encrypts the keys; so does IOTO_PASSPHRASE
        --build DIR            folder of the build (default release/build)
        --repository DIR       folder of the repository (default release/repository)
        --keep N               releases that stay in it (default 5)
        --expires TIME         life of snapshot and timestamp (default 30 days)
        --number N             of the release (default: the repository's newest and one)
        --home DIR             distribution to build from (default: this one)
        --features A,B         features (default: those of its framework.properties)
        --app NAME             application, feature app-NAME (default empty; none for no one)
        --jar FILE[@LEVEL]     a bundle that replaces the one of its name, or joins; repeatable
        --min-stable TIME      how long it must stay healthy to be kept
        --check NAME           a health check that must be there; repeatable
        --cloud URL[#SHA256]   device cloud to publish to; behind # the hash of its certificate
        --token-file F         token to publish there with; so does IOTO_TOKEN
        --policy EXPRESSION    which devices get it there (default: all that have an older one)
        --percentage N         of these devices get it
        --limit N              devices get it at most
        --rate N/TIME          devices get it in that time at most, such as 100/1hr
        --paused               nobody gets it until that is changed in the cloud""";

  private static final Set<String> VERBS = Set.of("build", "sign", "publish", "refresh");

  private Path home;
  private Path keys = Path.of("release/keys");
  private Path build = Path.of("release/build");
  private Path repository = Path.of("release/repository");
  private @Nullable Path passphrase;
  private @Nullable String features;
  private @Nullable String app;
  private @Nullable Duration minStable;
  private Duration expires = Duration.ofDays(30);
  private long number;
  private int keep = 5;
  private int roots = 1;
  private int threshold = 1;
  private @Nullable String cloud;
  private @Nullable Path token;
  private final ObjectNode terms = JsonNodeFactory.instance.objectNode();
  private final List<String> jars = new ArrayList<>();
  private final List<String> checks = new ArrayList<>();
  private final List<String> words = new ArrayList<>();

  private Tool(Path home) {
    this.home = home;
  }

  /// Exit codes: 0 done, 1 failed or refused, 2 usage.
  public static void main(String[] args) {
    System.exit(run(Path.of(System.getProperty("ioto.home", ".")), Arrays.asList(args)));
  }

  /// Does what the arguments say.
  ///
  /// @return exit code
  public static int run(Path home, List<String> args) {
    try {
      return new Tool(home).run(args);
    } catch (ToolException | UpdateException e) {
      System.err.println("ioto: " + e.getMessage());
      return 1;
    } catch (FileSystemException e) {
      System.err.printf("ioto: %s: %s%n", e.getFile(), e);
      return 1;
    } catch (IOException e) {
      System.err.println("ioto: " + e);
      return 1;
    }
  }

  private int run(List<String> args) throws IOException {
    parse(standing(args));
    parse(args);
    if (words.isEmpty() || words.contains("help")) {
      System.out.println(HELP);
      return 0;
    }
    var command = words.removeFirst();
    if (command.equals("keys") && words.equals(List.of("init"))) {
      var folder = keyFolder();
      folder.init(roots, threshold);
      System.out.printf("made %s; gateways need %s%n", keys, folder.newest());
      return 0;
    }
    if (command.equals("keys") && words.size() == 2 && words.getFirst().equals("rotate")) {
      var version = keyFolder().rotate(words.getLast());
      System.out.printf("made root %d; 'release refresh' publishes it%n", version);
      return 0;
    }
    if (command.equals("release") && !words.isEmpty() && VERBS.containsAll(words)) {
      for (var verb : words) {
        release(verb);
      }
      return 0;
    }
    System.err.println("ioto: './ioto release help' shows the usage");
    return 2;
  }

  private void release(String verb) throws IOException {
    var target = new Repository(repository, keyFolder(), InstantSource.system(), keep);
    var made = new Repository.Build(build);
    switch (verb) {
      case "build" -> {
        var set =
            builder().write(made, number > 0 ? number : target.newest() + 1, minStable, checks);
        System.out.printf("built release %d, %d bundles%n", set.number(), set.bundles().size());
      }
      case "sign" -> {
        target.sign(made);
        System.out.printf("signed release %d%n", made.set().number());
      }
      case "publish" -> {
        // A second time where the cloud could not be reached the first time.
        if (!target.has(made)) {
          target.publish(made, expires);
        }
        System.out.printf("published release %d in %s%n", made.set().number(), repository);
        push(target, made.set().number());
      }
      default -> {
        target.refresh(expires);
        System.out.printf("renewed %s for %d days%n", repository, expires.toDays());
        push(target, 0);
      }
    }
  }

  /// Brings the repository into the cloud.
  ///
  /// @param number of the release that the terms are for; 0 for none
  private void push(Repository from, long number) throws IOException {
    if (cloud == null) {
      return;
    }
    var secret = token == null ? System.getenv("IOTO_TOKEN") : Files.readString(token).strip();
    if (secret == null || secret.isEmpty()) {
      throw new ToolException(
          "publishing to a cloud needs its token: give --token-file or set IOTO_TOKEN");
    }
    try (var site = new CloudSite(cloud, secret)) {
      var sent = site.push(from, number, terms);
      System.out.printf("brought %d new files into %s%n", sent, site);
    }
  }

  private Builder builder() throws IOException {
    var builder = new Builder(home);
    for (var feature : chosen()) {
      builder.feature(feature);
    }
    for (var jar : jars) {
      var at = jar.lastIndexOf('@');
      var level = at > 0 && jar.substring(at + 1).matches("\\d{1,4}");
      builder.jar(
          Path.of(level ? jar.substring(0, at) : jar),
          level ? Integer.parseInt(jar.substring(at + 1)) : 30);
    }
    return builder;
  }

  private List<String> chosen() throws IOException {
    var chosen = new ArrayList<String>();
    if (features != null) {
      chosen.addAll(List.of(features.split("[, ]+")));
    } else {
      var properties = new Properties();
      try (var in = Files.newBufferedReader(home.resolve("runtime-config/framework.properties"))) {
        properties.load(in);
      }
      chosen.addAll(List.of(properties.getProperty("ioto.features", "core").split("[, ]+")));
      if (app == null) {
        app = properties.getProperty("ioto.app", "empty");
      }
    }
    if (app != null && !app.equals("none")) {
      chosen.add("app-" + app);
    }
    return chosen;
  }

  private KeyFolder keyFolder() throws IOException {
    var secret = System.getenv("IOTO_PASSPHRASE");
    if (passphrase != null) {
      secret = Files.readString(passphrase).strip();
    }
    return new KeyFolder(
        keys, secret == null || secret.isEmpty() ? null : secret, InstantSource.system());
  }

  /// Options that stand in a file, one a line.
  private static List<String> standing(List<String> args) throws IOException {
    var at = args.indexOf("--options");
    var file = Path.of(at < 0 || at + 1 == args.size() ? "release/options" : args.get(at + 1));
    if (!Files.exists(file)) {
      if (at >= 0) {
        throw new ToolException("no file '%s'".formatted(file));
      }
      return List.of();
    }
    var options = new ArrayList<String>();
    for (var line : Files.readAllLines(file)) {
      var text = line.strip();
      if (text.isEmpty() || text.startsWith("#")) {
        continue;
      }
      if (!text.startsWith("--")) {
        throw new ToolException("%s: '%s' is no option".formatted(file, text));
      }
      options.addAll(List.of(text.split("\\s+", 2)));
    }
    return options;
  }

  private void parse(List<String> args) {
    for (var rest = args.iterator(); rest.hasNext(); ) {
      var word = rest.next();
      if (!word.startsWith("--")) {
        words.add(word);
        continue;
      }
      if (word.equals("--help")) {
        words.add("help");
        continue;
      }
      if (word.equals("--paused")) {
        terms.put("enabled", false);
        continue;
      }
      if (!rest.hasNext()) {
        throw new ToolException("option '%s' needs a value".formatted(word));
      }
      var value = rest.next();
      switch (word) {
        case "--options" -> {} // read already
        case "--home" -> home = Path.of(value);
        case "--keys" -> keys = Path.of(value);
        case "--build" -> build = Path.of(value);
        case "--repository" -> repository = Path.of(value);
        case "--passphrase-file" -> passphrase = Path.of(value);
        case "--features" -> features = value;
        case "--app" -> app = value;
        case "--jar" -> jars.add(value);
        case "--check" -> checks.add(value);
        case "--min-stable" -> minStable = time(word, value);
        case "--expires" -> expires = time(word, value);
        case "--number" -> number = whole(word, value);
        case "--keep" -> keep = (int) whole(word, value);
        case "--roots" -> roots = (int) whole(word, value);
        case "--threshold" -> threshold = (int) whole(word, value);
        case "--cloud" -> cloud = value;
        case "--token-file" -> token = Path.of(value);
        case "--policy" -> terms.put("policy", value);
        case "--percentage" -> terms.put("percentage", whole(word, value));
        case "--limit" -> terms.put("limit", whole(word, value));
        case "--rate" -> rate(value);
        default -> throw new ToolException("unknown option '%s'".formatted(word));
      }
    }
  }

  private void rate(String value) {
    var slash = value.indexOf('/');
    if (slash < 0) {
      throw new ToolException("--rate takes devices and a time, such as 100/1hr, not " + value);
    }
    terms.put("rate", whole("--rate", value.substring(0, slash)));
    terms.put("period", time("--rate", value.substring(slash + 1)).toMillis());
  }

  private static Duration time(String option, String value) {
    try {
      return Units.time(value);
    } catch (IllegalArgumentException e) {
      throw new ToolException("%s: %s".formatted(option, e.getMessage()), e);
    }
  }

  private static long whole(String option, String value) {
    if (!value.matches("[1-9]\\d{0,8}")) {
      throw new ToolException(
          "%s takes a whole number of 1 or more, not '%s'".formatted(option, value));
    }
    return Long.parseLong(value);
  }
}
