// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.api.web.Exchange;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FormTest {
  private static final String SETTINGS =
      "{limits: {body: 1000, form: 10000, upload: 3000, uploads: 4, uploadSpace: 5000}}";

  @TempDir Path folder;
  private Site site;

  @BeforeEach
  void open() throws Exception {
    site = new Site(folder, SETTINGS);
    site.publish(
        router ->
            router
                .post("/form", FormTest::show)
                .post("/keep", e -> e.form().files().getFirst().move(folder.resolve("kept")))
                .post(
                    "/fail",
                    e -> {
                      e.form();
                      throw new IllegalStateException("after the upload");
                    }));
  }

  @AfterEach
  void close() {
    site.close();
  }

  private static void show(Exchange exchange) throws IOException {
    var form = exchange.form();
    var text = new StringBuilder(form.fields().toString());
    for (var file : form.files()) {
      text.append(
          "|%s %s %s %d %s %s"
              .formatted(
                  file.field(),
                  file.name(),
                  file.type(),
                  file.size(),
                  PosixFilePermissions.toString(Files.getPosixFilePermissions(file.file())),
                  Files.readString(file.file(), StandardCharsets.ISO_8859_1)
                      .substring(0, (int) Math.min(5, file.size()))));
    }
    exchange.send(text.toString());
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return site.send("POST", path, body, "Content-Type", "multipart/form-data; boundary=XX");
  }

  private static String field(String name, String value) {
    return "--XX\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n"
        .formatted(name, value);
  }

  private static String file(String name, String content) {
    var disposition = "Content-Disposition: form-data; name=\"f\"; filename=\"" + name + "\"";
    return String.join("\r\n", "--XX", disposition, "Content-Type: text/x", "", content, "");
  }

  private static final String END = "--XX--\r\n";

  private List<Path> left() throws IOException {
    var uploads = folder.resolve("state/uploads");
    if (!Files.exists(uploads)) {
      return List.of();
    }
    try (var files = Files.list(uploads)) {
      return files.collect(Collectors.toList());
    }
  }

  @Test
  void fieldsAndFilesArriveInOrder() throws Exception {
    var body =
        field("a", "1 + 2 % ü")
            + file("b c.txt", "hello")
            + field("a", "")
            + file("empty", "")
            + END;
    assertThat(post("/form", body).body())
        .isEqualTo(
            new String(
                    "{a=[1 + 2 % ü, ]}".getBytes(StandardCharsets.UTF_8),
                    StandardCharsets.ISO_8859_1)
                + "|f b c.txt text/x 5 rw------- hello|f empty text/x 0 rw------- ");
    eventually(() -> assertThat(left()).isEmpty());
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("state/uploads"))))
        .isEqualTo("rwx------");
  }

  @Test
  void formsWithoutFilesAreFormsToo() throws Exception {
    var response =
        site.send(
            "POST",
            "/form",
            "a=1&b=x+y%21&a=2",
            "Content-Type",
            "application/x-www-form-urlencoded");
    assertThat(response.body()).isEqualTo("{a=[1, 2], b=[x y!]}");
  }

  @Test
  void aFieldInWhichNoFileWasChosenIsPassedOver() throws Exception {
    assertThat(post("/form", file("", "") + END).body()).isEqualTo("{}");
  }

  @Test
  void aFileThatIsMovedStays() throws Exception {
    assertThat(post("/keep", file("a", "hello") + END).statusCode()).isEqualTo(200);
    assertThat(folder.resolve("kept")).hasContent("hello");
    eventually(() -> assertThat(left()).isEmpty());
    assertThat(post("/keep", file("a", "other") + END).statusCode()).isEqualTo(500);
    assertThat(folder.resolve("kept")).hasContent("hello");
    eventually(() -> assertThat(left()).isEmpty());
  }

  @Test
  void nothingIsLeftOfAHandlerThatFails() throws Exception {
    assertThat(post("/fail", file("a", "hello") + END).statusCode()).isEqualTo(500);
    eventually(() -> assertThat(left()).isEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../a",
        "a/b",
        "..",
        ".hidden",
        "a\\\\b",
        "C:a",
        "a*",
        "a?",
        "a<b",
        "a>b",
        "a|b",
        "~a",
        "a'b",
        "a%b",
        "a^b",
        "a`b",
        "a\tb",
        "/etc/passwd",
        "%2e%2e%2fa",
        "a..b"
      })
  void namesThatCouldLeaveAFolderAreRefused(String name) throws Exception {
    var response = post("/form", file("good", "x") + file(name, "hello") + END);
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).contains("name");
    eventually(() -> assertThat(left()).isEmpty());
  }

  @Test
  void filesAreLimited() throws Exception {
    assertThat(post("/form", file("a", "x".repeat(3000)) + END).statusCode()).isEqualTo(200);
    var response = post("/form", file("a", "x".repeat(3001)) + END);
    assertThat(response.statusCode()).isEqualTo(413);
    assertThat(response.body()).contains("web.limits.upload");
    eventually(() -> assertThat(left()).isEmpty());
  }

  @Test
  void theirNumberIsLimited() throws Exception {
    assertThat(post("/form", field("a", "b").repeat(4) + END).statusCode()).isEqualTo(200);
    var response = post("/form", file("a", "b").repeat(5) + END);
    assertThat(response.statusCode()).isEqualTo(413);
    assertThat(response.body()).contains("web.limits.uploads");
    eventually(() -> assertThat(left()).isEmpty());
  }

  @Test
  void textsAreLimitedAllTogether() throws Exception {
    assertThat(post("/form", field("a", "b".repeat(500)).repeat(2) + END).statusCode())
        .isEqualTo(200);
    var response = post("/form", field("a", "b".repeat(501)).repeat(2) + END);
    assertThat(response.statusCode()).isEqualTo(413);
    assertThat(response.body()).contains("web.limits.body");
  }

  @Test
  void theWholeIsLimited() throws Exception {
    var response = post("/form", file("a", "x".repeat(10_000)) + END);
    assertThat(response.statusCode()).isEqualTo(413);
    assertThat(response.body()).contains("web.limits.form");
  }

  @Test
  void theRoomOfAllIsLimitedAndGivenBack() throws Exception {
    var two = file("a", "x".repeat(2600)) + file("b", "x".repeat(2600)) + END;
    for (var i = 0; i < 3; i++) {
      var response = post("/form", two);
      assertThat(response.statusCode()).isEqualTo(503);
      assertThat(response.body()).contains("web.limits.uploadSpace");
    }
    eventually(() -> assertThat(left()).isEmpty());
    assertThat(post("/form", file("a", "x".repeat(3000)) + END).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=\"a\u0001\"",
        "multipart/form-data; boundary=YY",
      })
  void aBoundaryIsNeeded(String type) throws Exception {
    var length = (field("a", "b") + END).length();
    assertThat(
            site.raw(
                "POST /form HTTP/1.0\r\nContent-Length: %d\r\nContent-Type: %s\r\n\r\n%s%s"
                    .formatted(length, type, field("a", "b"), END)))
        .startsWith("HTTP/1.1 400 ");
  }

  @Test
  void malformedFormsAreRefused() throws Exception {
    assertThat(post("/form", field("a", "b")).statusCode()).isEqualTo(400);
    assertThat(post("/form", "--XX\r\nNo-Name: x\r\n\r\nb\r\n" + END).statusCode()).isEqualTo(400);
    assertThat(
            post(
                    "/form",
                    "--XX\r\nContent-Disposition: " + "x".repeat(2000) + "\r\n\r\nb\r\n" + END)
                .statusCode())
        .isEqualTo(400);
    assertThat(site.send("POST", "/form", "{}", "Content-Type", "application/json").statusCode())
        .isEqualTo(415);
    eventually(() -> assertThat(left()).isEmpty());
  }

  @Test
  void nothingIsLeftOfAClientThatBreaksOff() throws Exception {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), site.uri("/").getPort())) {
      socket
          .getOutputStream()
          .write(
              ("POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n"
                      + "Content-Type: multipart/form-data; boundary=XX\r\n\r\n"
                      + file("a", "x".repeat(2900)))
                  .getBytes(StandardCharsets.US_ASCII));
      eventually(() -> assertThat(left()).hasSize(1));
    }
    eventually(() -> assertThat(left()).isEmpty());
  }

  @Test
  void whatAnEarlierProcessLeftIsRemoved() throws Exception {
    var uploads = Files.createDirectories(folder.resolve("state/uploads"));
    var old = Files.writeString(uploads.resolve("a.upload"), "x");
    Files.setLastModifiedTime(old, FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
    var young = Files.writeString(uploads.resolve("b.upload"), "x");
    site.swap(SETTINGS);
    assertThat(old).doesNotExist();
    assertThat(young).exists();
  }
}
