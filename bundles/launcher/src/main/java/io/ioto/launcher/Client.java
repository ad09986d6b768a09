// SPDX-License-Identifier: Apache-2.0
package io.ioto.launcher;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The commands that talk to a running gateway: HTTP/1.1 over the Unix socket in its state folder,
/// answers in JSON.
final class Client {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration UPDATE_PATIENCE = Duration.ofMinutes(10);
  private static final Duration OUTCOME_PATIENCE = Duration.ofMinutes(2);

  private record Answer(int status, String body) {}

  private final Path state;
  private final boolean json;
  private final @Nullable Path file;

  private Client(Path state, boolean json, @Nullable Path file) {
    this.state = state;
    this.json = json;
    this.file = file;
  }

  /// @throws LauncherException for an unknown option
  static Client of(List<String> args) {
    var state = Path.of("state");
    var json = false;
    Path file = null;
    for (var rest = args.iterator(); rest.hasNext(); ) {
      var arg = rest.next();
      if (arg.equals("--state") && rest.hasNext()) {
        state = Path.of(rest.next());
      } else if (arg.equals("--json")) {
        json = true;
      } else if (!arg.startsWith("-") && file == null) {
        file = Path.of(arg);
      } else {
        throw new LauncherException(
            2, "unexpected '%s'; './ioto help' shows the usage".formatted(arg));
      }
    }
    return new Client(state.toAbsolutePath().normalize(), json, file);
  }

  /// Carries out `deploy`, `plan`, `status` or `stop` and prints the outcome.
  ///
  /// @return exit code
  int run(String command) {
    var answer =
        switch (command) {
          case "status" -> ask("GET", "/status", null);
          case "stop" -> ask("POST", "/stop", null);
          default -> ask("POST", "/" + command, jar(command));
        };
    if (json) {
      System.out.println(answer.body());
    } else if (answer.status() == 200) {
      var members = Json.object(answer.body());
      switch (command) {
        case "status" -> status(members);
        case "stop" -> System.out.println("stopping");
        default -> plan(command, members);
      }
    } else {
      System.err.println("ioto: " + problem(answer));
    }
    if (answer.status() != 200) {
      return 1;
    }
    var members = Json.object(answer.body());
    return command.equals("deploy") && Boolean.FALSE.equals(members.get("done"))
        ? outcome(Json.string(members, "sha256"))
        : 0;
  }

  /// Carries out `update VERB` and prints the outcome.
  ///
  /// @return exit code
  int update(String verb) {
    var status = verb.equals("status");
    var answer = status ? ask("GET", "/update", null) : ask("POST", "/update/" + verb, null);
    if (answer.status() != 200) {
      System.err.println("ioto: " + problem(answer));
      return 1;
    }
    var members = Json.object(answer.body());
    if (status || verb.equals("check")) {
      print(answer.body(), members);
      return 0;
    }
    var release = Json.number(members, "answer", 0);
    if (!Boolean.TRUE.equals(members.get("underWay"))
        && release == Json.number(members, "running", 0)) {
      System.out.println("there is nothing newer than release %d, which runs".formatted(release));
      return 0;
    }
    return ended(release);
  }

  private void print(String body, Map<String, Object> members) {
    if (json) {
      System.out.println(body);
      return;
    }
    var running = Json.number(members, "running", 0);
    System.out.println(
        running == 0 ? "what was shipped runs" : "release %d runs".formatted(running));
    if (members.get("available") instanceof Long available && available != running) {
      System.out.println("  release %d is there".formatted(available));
    }
    if (!"IDLE".equals(members.get("state"))) {
      System.out.println(line(members));
    }
    if (members.get("problem") instanceof String problem) {
      System.out.println("  the last check failed: " + problem);
    }
  }

  private static String line(Map<String, Object> members) {
    var reason = Json.string(members, "reason");
    return "  release %d: %s%s"
        .formatted(
            Json.number(members, "release", 0),
            Json.string(members, "state").toLowerCase(Locale.ROOT).replace('_', ' '),
            reason.isEmpty() ? "" : ": " + reason);
  }

  /// Follows an update to its end, also over a restart of the framework.
  private int ended(long release) {
    var deadline = System.nanoTime() + UPDATE_PATIENCE.toNanos();
    var last = "";
    while (System.nanoTime() < deadline) {
      try {
        var members = Json.object(ask("GET", "/update", null).body());
        var line = line(members);
        if (!line.equals(last)) {
          System.out.println(line);
          last = line;
        }
        if (Boolean.FALSE.equals(members.get("underWay"))) {
          return Json.number(members, "running", -1) == release ? 0 : 1;
        }
        Thread.sleep(POLL);
      } catch (LauncherException | IllegalArgumentException _) {
        // The socket is changing hands, or the framework restarts.
        try {
          Thread.sleep(POLL);
        } catch (InterruptedException _) {
          Thread.currentThread().interrupt();
          return 1;
        }
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        return 1;
      }
    }
    System.err.println("ioto: its outcome is not known; './ioto update status' tells it");
    return 1;
  }

  /// A deployment that replaces what answers us is not over when it answers: the history tells how
  /// it ended.
  private int outcome(String sha256) {
    var deadline = System.nanoTime() + OUTCOME_PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      try {
        Thread.sleep(POLL);
        var known =
            Json.objects(Json.object(ask("GET", "/deployments", null).body()), "deployments")
                .stream()
                .filter(d -> sha256.equals(d.get("sha256")))
                .toList();
        // The newest comes first.
        if (!known.isEmpty() && !"running".equals(known.getFirst().get("state"))) {
          var done = "done".equals(known.getFirst().get("state"));
          if (!done) {
            System.err.println("ioto: rolled back: " + known.getFirst().get("message"));
          }
          return done ? 0 : 1;
        }
      } catch (LauncherException | IllegalArgumentException _) {
        // The socket is changing hands.
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        return 1;
      }
    }
    System.err.println("ioto: its outcome is not known; './ioto status' shows what runs");
    return 1;
  }

  private Path jar(String command) {
    if (file == null) {
      throw new LauncherException(2, "usage: ioto %s FILE.jar".formatted(command));
    }
    if (!Files.isRegularFile(file)) {
      throw new LauncherException(1, "no file '%s'".formatted(file));
    }
    return file;
  }

  private static String problem(Answer answer) {
    try {
      if (Json.object(answer.body()).get("error") instanceof Map<?, ?> error) {
        return "%s: %s".formatted(error.get("code"), error.get("message"));
      }
    } catch (IllegalArgumentException _) {
      // not from our gateway; shown as it is
    }
    return "the gateway answered %d: %s".formatted(answer.status(), answer.body());
  }

  private static void plan(String command, Map<String, Object> plan) {
    var done = command.equals("deploy");
    var name = Json.string(plan, "name");
    var to = Json.string(plan, "to");
    var from = plan.get("from");
    System.out.println(
        switch (Json.string(plan, "action")) {
          case "INSTALL" -> "%s %s %s".formatted(done ? "installed" : "would install", name, to);
          case "SIDE_BY_SIDE" ->
              "%s %s %s by %s, side by side"
                  .formatted(done ? "replaced" : "would replace", name, from, to);
          case "IN_PLACE" ->
              "%s %s %s in place by %s"
                  .formatted(done ? "updated" : "would update", name, from, to);
          default -> "%s %s runs already, with the same bytes".formatted(name, to);
        });
    for (var list : List.of("stops", "refreshes", "starts", "notes")) {
      var entries = Json.strings(plan, list);
      if (!entries.isEmpty() && (!done || list.equals("notes"))) {
        System.out.println("  %-10s %s".formatted(list, String.join("\n             ", entries)));
      }
    }
    if (plan.get("millis") instanceof Number millis) {
      System.out.println("  in %d ms".formatted(millis.longValue()));
    }
  }

  private static void status(Map<String, Object> status) {
    System.out.println(
        "Ioto %s is %s, process %s"
            .formatted(status.get("version"), status.get("state"), status.get("pid")));
    Json.strings(status, "urls").forEach(url -> System.out.println("  " + url));
    Json.strings(status, "missing").forEach(missing -> System.out.println("  missing: " + missing));
    var rows = new ArrayList<String>();
    for (var bundle : Json.objects(status, "bundles")) {
      rows.add(
          "  %-46s %-14s %s"
              .formatted(bundle.get("name"), bundle.get("version"), bundle.get("state")));
    }
    rows.stream().sorted().forEach(System.out::println);
  }

  private Answer ask(String method, String path, @Nullable Path body) {
    try (var channel = connect()) {
      var length = body == null ? 0 : Files.size(body);
      write(
          channel,
          "%s %s HTTP/1.1\r\nHost: ioto\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
              .formatted(method, path, length));
      if (body != null) {
        send(channel, body);
      }
      return answer(channel);
    } catch (IOException e) {
      throw new LauncherException(
          1, "the gateway did not answer (%s); ask it for its status".formatted(e.getMessage()));
    }
  }

  private SocketChannel connect() {
    try {
      var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        channel.connect(UnixDomainSocketAddress.of(socket()));
        return channel;
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw new LauncherException(
          3, "no gateway runs on the state folder %s (%s)".formatted(state, e.getMessage()));
    }
  }

  /// A socket path holds 108 bytes at most; where the state folder's is longer the gateway binds
  /// another and names it in `control.path`.
  private Path socket() throws IOException {
    var elsewhere = state.resolve("control.path");
    return Files.exists(elsewhere)
        ? Path.of(Files.readString(elsewhere).strip())
        : state.resolve("control.sock");
  }

  /// The gateway may refuse before it has read everything; its answer says why.
  private static void send(SocketChannel channel, Path body) throws IOException {
    try (var jar = FileChannel.open(body)) {
      for (long at = 0, size = jar.size(); at < size; ) {
        at += jar.transferTo(at, size - at, channel);
      }
    } catch (IOException e) {
      if (!"Broken pipe".equals(e.getMessage())) {
        throw e;
      }
    }
  }

  private static Answer answer(SocketChannel channel) throws IOException {
    var bytes = new ByteArrayOutputStream();
    Channels.newInputStream(channel).transferTo(bytes);
    var text = bytes.toString(StandardCharsets.UTF_8);
    var head = text.indexOf("\r\n\r\n");
    if (head < 0 || !text.startsWith("HTTP/1.1 ")) {
      throw new IOException("the gateway closed the connection without an answer");
    }
    return new Answer(Integer.parseInt(text, 9, 12, 10), text.substring(head + 4));
  }

  private static void write(SocketChannel channel, String text) throws IOException {
    for (var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        bytes.hasRemaining(); ) {
      channel.write(bytes);
    }
  }
}
