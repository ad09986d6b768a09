// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.api.web.Routes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FilesTest {
  private static final String DIGITS = "0123456789".repeat(10);
  private static final String LARGE = DIGITS.repeat(2000);

  private static Path documents;
  private static Site site;

  @BeforeAll
  static void open(@TempDir Path folder) throws Exception {
    documents = Files.createDirectories(folder.resolve("site"));
    site = new Site(folder, "{mime: {'.own': 'x/own'}, limits: {ranges: 3}}");
    var bundle =
        site.install(
            "app",
            "1",
            Map.of(
                "www/index.html", "<p>home",
                "www/sub/index.html", "<p>sub",
                "www/digits.txt", DIGITS,
                "www/large.bin", LARGE,
                "www/empty.css", "",
                "www/app.js", "plain",
                "www/app.js.br", "brotli",
                "www/app.js.gz", "gzip",
                "www/.secret", "no",
                "secret.txt", "no"));
    bundle
        .getBundleContext()
        .registerService(
            Routes.class, router -> router.files("/app/", "www").files("/", "www/sub"), null);
    bundle
        .getBundleContext()
        .registerService(Routes.class, router -> router.files("/none/", "missing"), null);
  }

  @AfterAll
  static void close() throws Exception {
    site.close();
  }

  private static void document(String path, String content) throws IOException {
    var file = documents.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  @Test
  void sendsAFileWithItsHeaders() throws Exception {
    var response = site.get("/app/digits.txt");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo(DIGITS);
    var headers = response.headers();
    assertThat(headers.firstValue("Content-Type")).contains("text/plain;charset=utf-8");
    assertThat(headers.firstValue("Content-Length")).contains("100");
    assertThat(headers.firstValue("Accept-Ranges")).contains("bytes");
    assertThat(headers.firstValue("Cache-Control")).contains("no-cache");
    assertThat(headers.firstValue("ETag").orElseThrow()).matches("\"[0-9a-f-]+\"");
    assertThat(headers.firstValue("Last-Modified").orElseThrow()).endsWith(" GMT");
    assertThat(headers.firstValue("Vary")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "/app/, <p>home",
    "/app/index.html, <p>home",
    "/app/sub/, <p>sub",
    "/, <p>sub",
    "/app//sub/./, <p>sub"
  })
  void theIndexStandsForItsFolder(String path, String expected) throws Exception {
    assertThat(site.raw("GET %s HTTP/1.0\r\n\r\n".formatted(path)))
        .startsWith("HTTP/1.1 200 ")
        .endsWith(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "/app, /app/",
    "/app?a=b&c, /app/?a=b&c",
    "/app/sub, /app/sub/",
    "/app/sub?x=%20, /app/sub/?x=%20"
  })
  void aFolderWithoutSlashIsRedirected(String path, String location) throws Exception {
    var response = site.get(path);
    assertThat(response.statusCode()).isEqualTo(301);
    assertThat(response.headers().firstValue("Location")).contains(location);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/app/none.txt",
        "/app/.secret",
        "/app/digits.txt/",
        "/app/digits.txt/x",
        "/app/../secret.txt",
        "/secret.txt",
        "/none/x",
        "/META-INF/MANIFEST.MF"
      })
  void whatIsNotThereOrHiddenIsNotFound(String path) throws Exception {
    assertThat(site.get(path).statusCode()).isEqualTo(404);
  }

  @Test
  void headSendsNoBody() throws Exception {
    var response = site.send("HEAD", "/app/large.bin", "");
    assertThat(response.body()).isEmpty();
    assertThat(response.headers().firstValue("Content-Length"))
        .contains(String.valueOf(LARGE.length()));
    assertThat(site.send("POST", "/app/digits.txt", "x").statusCode()).isEqualTo(405);
  }

  @Test
  void emptyAndLargeFilesArriveWhole() throws Exception {
    assertThat(site.get("/app/empty.css").body()).isEmpty();
    assertThat(site.get("/app/empty.css").headers().firstValue("Content-Length")).contains("0");
    assertThat(site.get("/app/large.bin").body()).isEqualTo(LARGE);
    document("big.bin", LARGE);
    assertThat(site.get("/big.bin").body()).isEqualTo(LARGE);
  }

  @Test
  void unchangedFilesAreNotSentAgain() throws Exception {
    var first = site.get("/app/digits.txt").headers();
    var tag = first.firstValue("ETag").orElseThrow();
    var date = first.firstValue("Last-Modified").orElseThrow();
    for (var headers :
        new String[][] {
          {"If-None-Match", tag},
          {"If-None-Match", "\"x\", W/" + tag},
          {"If-None-Match", "*"},
          {"If-Modified-Since", date},
          {"If-Modified-Since", "Fri, 31 Dec 2100 23:59:59 GMT"},
          {"If-None-Match", tag, "If-Modified-Since", "Thu, 01 Jan 1970 00:00:00 GMT"}
        }) {
      var response = site.get("/app/digits.txt", headers);
      assertThat(response.statusCode()).as("%s", (Object) headers).isEqualTo(304);
      assertThat(response.body()).isEmpty();
      assertThat(response.headers().firstValue("ETag")).contains(tag);
      assertThat(response.headers().firstValue("Last-Modified")).contains(date);
    }
    for (var headers :
        new String[][] {
          {"If-None-Match", "\"x\""},
          {"If-None-Match", "\"x\"", "If-Modified-Since", date},
          {"If-Modified-Since", "Thu, 01 Jan 1970 00:00:00 GMT"},
          {"If-Modified-Since", "yesterday"},
          {"If-Match", "\"x\""}
        }) {
      assertThat(site.get("/app/digits.txt", headers).statusCode())
          .as("%s", (Object) headers)
          .isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/app/digits.txt, bytes=0-3, 0123, bytes 0-3/100",
    "/app/digits.txt, bytes=95-, 56789, bytes 95-99/100",
    "/app/digits.txt, bytes=-3, 789, bytes 97-99/100",
    "/app/digits.txt, bytes=98-200, 89, bytes 98-99/100",
    "/app/large.bin, bytes=199998-, 89, bytes 199998-199999/200000",
    "/app/large.bin, bytes=100001-100003, 123, bytes 100001-100003/200000"
  })
  void sendsARange(String path, String range, String expected, String place) throws Exception {
    var response = site.get(path, "Range", range);
    assertThat(response.statusCode()).isEqualTo(206);
    assertThat(response.body()).isEqualTo(expected);
    assertThat(response.headers().firstValue("Content-Range")).contains(place);
    assertThat(response.headers().firstValue("Content-Length"))
        .contains(String.valueOf(expected.length()));
  }

  @Test
  void sendsManyRangesInParts() throws Exception {
    var response = site.get("/app/digits.txt", "Range", "bytes=0-1,50-52,-1");
    assertThat(response.statusCode()).isEqualTo(206);
    var type = response.headers().firstValue("Content-Type").orElseThrow();
    var match = Pattern.compile("multipart/byteranges; ?boundary=(\\w+)").matcher(type);
    assertThat(match.matches()).as(type).isTrue();
    var boundary = "--" + match.group(1);
    var head = "\r\nContent-Type: text/plain;charset=utf-8\r\nContent-Range: bytes ";
    assertThat(response.body())
        .isEqualTo(
            boundary
                + head
                + "0-1/100\r\n\r\n01\r\n"
                + boundary
                + head
                + "50-52/100\r\n\r\n012\r\n"
                + boundary
                + head
                + "99-99/100\r\n\r\n9\r\n"
                + boundary
                + "--\r\n");
    assertThat(response.headers().firstValue("Content-Length"))
        .contains(String.valueOf(response.body().length()));
  }

  @Test
  void rangesThatCannotBeSatisfiedOrUnderstood() throws Exception {
    var beyond = site.get("/app/digits.txt", "Range", "bytes=100-");
    assertThat(beyond.statusCode()).isEqualTo(416);
    assertThat(beyond.headers().firstValue("Content-Range")).contains("bytes */100");
    assertThat(site.get("/app/digits.txt", "Range", "bytes=x").statusCode()).isEqualTo(400);
    assertThat(site.get("/app/digits.txt", "Range", "bytes=0-0,2-2,4-4,6-6").statusCode())
        .isEqualTo(200);
  }

  @Test
  void aRangeHoldsOnlyForTheFileThatWasMeant() throws Exception {
    var first = site.get("/app/digits.txt").headers();
    var tag = first.firstValue("ETag").orElseThrow();
    var date = first.firstValue("Last-Modified").orElseThrow();
    var range = "bytes=0-0";
    assertThat(site.get("/app/digits.txt", "Range", range, "If-Range", tag).statusCode())
        .isEqualTo(206);
    assertThat(site.get("/app/digits.txt", "Range", range, "If-Range", date).statusCode())
        .isEqualTo(206);
    assertThat(site.get("/app/digits.txt", "Range", range, "If-Range", "W/" + tag).statusCode())
        .isEqualTo(200);
    assertThat(site.get("/app/digits.txt", "Range", range, "If-Range", "\"x\"").statusCode())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gzip, deflate, br         | brotli | br",
        "gzip                      | gzip   | gzip",
        "br;q=0.1, gzip;q=0.9      | gzip   | gzip",
        "br;q=0, gzip;q=0          | plain  |",
        "deflate                   | plain  |",
        "gzip;q=0.5, identity      | plain  |",
        "*                         | brotli | br"
      })
  void prefersPrecompressedSiblings(String accept, String body, String coding) throws Exception {
    var response = site.get("/app/app.js", "Accept-Encoding", accept);
    assertThat(response.body()).isEqualTo(body);
    assertThat(response.headers().firstValue("Content-Encoding").orElse(null)).isEqualTo(coding);
    assertThat(response.headers().firstValue("Content-Type"))
        .contains("text/javascript;charset=utf-8");
    assertThat(response.headers().firstValue("Vary")).contains("Accept-Encoding");
  }

  @Test
  void eachCodingHasItsOwnTagAndRanges() throws Exception {
    var plain = site.get("/app/app.js");
    var gzip = site.get("/app/app.js", "Accept-Encoding", "gzip", "Range", "bytes=1-2");
    assertThat(plain.headers().firstValue("Vary")).contains("Accept-Encoding");
    assertThat(gzip.body()).isEqualTo("zi");
    var tag = gzip.headers().firstValue("ETag").orElseThrow();
    assertThat(plain.headers().firstValue("ETag"))
        .isPresent()
        .isNotEqualTo(gzip.headers().firstValue("ETag"));
    assertThat(site.get("/app/app.js", "If-None-Match", tag).statusCode()).isEqualTo(200);
    assertThat(
            site.get("/app/app.js", "If-None-Match", tag, "Accept-Encoding", "gzip").statusCode())
        .isEqualTo(304);
  }

  @Test
  void documentsAnswerWhatNoApplicationHas() throws Exception {
    document("notes.own", "mine");
    var response = site.get("/notes.own");
    assertThat(response.body()).isEqualTo("mine");
    assertThat(response.headers().firstValue("Content-Type")).contains("x/own");
    document("folder/index.html", "folder");
    assertThat(site.get("/folder").statusCode()).isEqualTo(301);
    assertThat(site.get("/folder/").body()).isEqualTo("folder");
    document("name without extension", "?");
    assertThat(site.get("/name%20without%20extension").headers().firstValue("Content-Type"))
        .isEmpty();
  }

  @Test
  void changesOfDocumentsAreSeen() throws Exception {
    document("page.txt", "one");
    var first = site.get("/page.txt").headers().firstValue("ETag").orElseThrow();
    document("page.txt", "three");
    eventually(() -> assertThat(site.get("/page.txt").body()).isEqualTo("three"));
    assertThat(site.get("/page.txt", "If-None-Match", first).statusCode()).isEqualTo(200);
    Files.delete(documents.resolve("page.txt"));
    eventually(() -> assertThat(site.get("/page.txt").statusCode()).isEqualTo(404));
  }

  @Test
  void linksOutOfTheDocumentsAreNotFollowed() throws Exception {
    Files.writeString(documents.resolveSibling("outside.txt"), "no");
    Files.createSymbolicLink(
        documents.resolve("link.txt"), documents.resolveSibling("outside.txt"));
    Files.createSymbolicLink(documents.resolve("up"), documents.resolveSibling("."));
    document("inside.txt", "yes");
    Files.createSymbolicLink(documents.resolve("alias.txt"), Path.of("inside.txt"));
    assertThat(site.get("/link.txt").statusCode()).isEqualTo(404);
    assertThat(site.get("/up/outside.txt").statusCode()).isEqualTo(404);
    assertThat(site.get("/up").statusCode()).isEqualTo(404);
    assertThat(site.get("/alias.txt").body()).isEqualTo("yes");
  }

  @Test
  void hiddenDocumentsStayHidden() throws Exception {
    document(".env", "no");
    document(".git/config", "no");
    document(".well-known/acme", "yes");
    assertThat(site.get("/.env").statusCode()).isEqualTo(404);
    assertThat(site.get("/.git/config").statusCode()).isEqualTo(404);
    assertThat(site.get("/.git").statusCode()).isEqualTo(404);
    assertThat(site.get("/.well-known/acme").body()).isEqualTo("yes");
  }

  @ParameterizedTest
  @CsvSource({
    "app.3f2a91bc.js, true",
    "app-3f2a91bc.css, true",
    "assets/index-BQ3xK_aZ.js, true",
    "index-BQ3xK_aZ.js, false",
    "photo-20240101.jpg, false",
    "report-version2.html, false",
    "assets/my-template.html, false",
    "app.js, false"
  })
  void namesWithAHashAreKeptForGood(String name, boolean forever) throws Exception {
    document(name, "x");
    assertThat(site.get("/" + name).headers().firstValue("Cache-Control"))
        .contains(forever ? "public, max-age=31536000, immutable" : "no-cache");
  }
}
