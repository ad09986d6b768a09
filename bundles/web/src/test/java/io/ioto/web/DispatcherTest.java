// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.api.web.HttpException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DispatcherTest {
  record Port(String name, int speed, List<String> tags) {}

  private static Site site;

  @BeforeAll
  static void open(@TempDir Path folder) throws Exception {
    site = new Site(folder, "{limits: {body: 1000}, headers: {'X-Own': 'yes'}}");
    site.publish(
        router ->
            router
                .get("/hello", exchange -> exchange.send("Hello, wörld"))
                .get("/nothing", _ -> {})
                .post("/echo", exchange -> exchange.json(exchange.json()))
                .post("/bind", exchange -> exchange.json(exchange.json(Port.class)))
                .post("/text", exchange -> exchange.send(exchange.text()))
                .action("/action/", exchange -> exchange.send(exchange.path()))
                .get("/port/{id}", exchange -> exchange.send(exchange.param("id")))
                .get("/query", exchange -> exchange.json(exchange.query()))
                .get("/no-brace", exchange -> exchange.send(exchange.param("id")))
                .get("/created", exchange -> exchange.status(201).json(Map.of("a", 1)))
                .get("/empty", exchange -> exchange.status(204).send(""))
                .get("/moved", exchange -> exchange.redirect(302, "/hello"))
                .get("/split", exchange -> exchange.header("X-A", "b\r\nX-C: d").send(""))
                .get(
                    "/teapot",
                    _ -> {
                      throw new HttpException(418, "short and stout");
                    })
                .get(
                    "/crash",
                    _ -> {
                      throw new IllegalStateException("secret detail");
                    })
                .get("/recurse", _ -> recurse(1))
                .get("/late", DispatcherTest::failLate)
                .get(
                    "/twice",
                    exchange -> {
                      exchange.send("a");
                      exchange.send("b");
                    })
                .get("/stream", exchange -> stream(exchange.output())));
  }

  private static int recurse(int depth) {
    return depth < 0 ? 0 : recurse(depth + 1) + 1;
  }

  private static void stream(java.io.OutputStream out) throws IOException {
    for (var i = 0; i < 2000; i++) {
      out.write("Hello World %010d%n".formatted(i).getBytes(StandardCharsets.US_ASCII));
    }
  }

  private static void failLate(io.ioto.api.web.Exchange exchange) throws IOException {
    var out = exchange.output();
    out.write(new byte[] {'a'});
    out.flush();
    throw new IOException("disk");
  }

  @AfterAll
  static void close() throws Exception {
    site.close();
  }

  @Test
  void sendsWhatTheHandlerSends() throws Exception {
    var response = site.get("/hello");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body().getBytes(StandardCharsets.ISO_8859_1))
        .isEqualTo("Hello, wörld".getBytes(StandardCharsets.UTF_8));
    assertThat(response.headers().firstValue("Content-Type")).contains("text/plain;charset=utf-8");
    assertThat(response.headers().firstValue("Content-Length")).contains("13");
    assertThat(response.headers().firstValue("X-Own")).contains("yes");
    assertThat(response.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    assertThat(response.headers().map()).containsKey("date").doesNotContainKeys("server", "etag");
  }

  @Test
  void aHandlerThatSendsNothingAnswersEmpty() throws Exception {
    var response = site.get("/nothing");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEmpty();
    assertThat(response.headers().firstValue("Content-Length")).contains("0");
  }

  @Test
  void headHasTheHeadersOfGetAndNoBody() throws Exception {
    var response = site.send("HEAD", "/hello", "");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEmpty();
    assertThat(response.headers().firstValue("Content-Length")).contains("13");
  }

  @Test
  void methodsMayBeWrittenSmall() throws Exception {
    assertThat(site.raw("get /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 200 ");
  }

  @Test
  void whatNobodyNamedIsNotFound() throws Exception {
    var response = site.get("/unknown");
    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(response.body()).isEqualTo("Not found\n");
    assertThat(response.headers().firstValue("X-Own")).contains("yes");
    assertThat(site.send("POST", "/unknown", "x").statusCode()).isEqualTo(404);
  }

  @Test
  void otherMethodsAreToldWhatIsAllowed() throws Exception {
    var response = site.send("DELETE", "/echo", "");
    assertThat(response.statusCode()).isEqualTo(405);
    assertThat(response.headers().firstValue("Allow")).contains("OPTIONS, POST");
    assertThat(site.send("FROB", "/hello", "").headers().firstValue("Allow"))
        .contains("GET, HEAD, OPTIONS");
  }

  @Test
  void optionsListsTheMethods() throws Exception {
    var response = site.send("OPTIONS", "/action/x", "");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Allow")).contains("GET, HEAD, OPTIONS, POST");
  }

  @Test
  void traceIsNeverExecuted() throws Exception {
    assertThat(site.raw("TRACE /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 405 ");
  }

  @Test
  void readsBracesQueriesAndPrefixes() throws Exception {
    assertThat(site.get("/port/a%20b").body()).isEqualTo("a b");
    assertThat(site.get("/query?a=1&b&a=2&c=x+y%21&&=z").body())
        .isEqualTo("{\"a\":[\"1\",\"2\"],\"b\":[\"\"],\"c\":[\"x y!\"],\"\":[\"z\"]}");
    assertThat(site.raw("GET /query?a=%zz HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    assertThat(site.get("/action/deep/./path").body()).isEqualTo("/action/deep/path");
    assertThat(site.send("POST", "/action/", "x").body()).isEqualTo("/action/");
  }

  @Test
  void absoluteAddressesAreUnderstood() throws Exception {
    assertThat(
            site.raw("GET http://host/hello HTTP/1.1\r\nHost: host\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 200 ");
  }

  @Test
  void jsonGoesInAndOut() throws Exception {
    var response = site.send("POST", "/echo", "{a: 1, /* five */ b: [true, null,],}");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(response.body()).isEqualTo("{\"a\":1,\"b\":[true,null]}");
    assertThat(
            site.send("POST", "/bind", "{\"name\":\"a\",\"speed\":10,\"tags\":[\"x\"],\"y\":0}")
                .body())
        .isEqualTo("{\"name\":\"a\",\"speed\":10,\"tags\":[\"x\"]}");
  }

  @Test
  void whatIsNoJsonIsRefusedWithItsPlace() throws Exception {
    var response = site.send("POST", "/echo", "{\n  a: b}");
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).startsWith("The body is no JSON: body:2:6: ");
    assertThat(site.send("POST", "/echo", "").statusCode()).isEqualTo(400);
    var bound = site.send("POST", "/bind", "{\"tags\":[\"a\",{}]}");
    assertThat(bound.statusCode()).isEqualTo(400);
    assertThat(bound.body()).isEqualTo("The body does not fit at '/tags/1'\n");
    assertThat(site.send("POST", "/bind", "{").statusCode()).isEqualTo(400);
  }

  @Test
  void bodiesAreLimited() throws Exception {
    assertThat(site.send("POST", "/text", "x".repeat(1000)).statusCode()).isEqualTo(200);
    var declared = site.send("POST", "/text", "x".repeat(1001));
    assertThat(declared.statusCode()).isEqualTo(413);
    assertThat(declared.body()).contains("1000 bytes");
    assertThat(
            site.raw(
                "POST /text HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "3e9\r\n"
                    + "x".repeat(1001)
                    + "\r\n0\r\n\r\n"))
        .startsWith("HTTP/1.1 413 ")
        .contains("Connection: close");
  }

  @Test
  void aBrokenBodyIsTheClientsFault() throws Exception {
    assertThat(
            site.raw(
                "POST /text HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc"))
        .startsWith("HTTP/1.1 400 ");
  }

  @Test
  void statusesAndRedirects() throws Exception {
    assertThat(site.get("/created").statusCode()).isEqualTo(201);
    assertThat(site.get("/empty").statusCode()).isEqualTo(204);
    var moved = site.get("/moved");
    assertThat(moved.statusCode()).isEqualTo(302);
    assertThat(moved.headers().firstValue("Location")).contains("/hello");
    var teapot = site.get("/teapot");
    assertThat(teapot.statusCode()).isEqualTo(418);
    assertThat(teapot.body()).isEqualTo("short and stout\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/crash", "/recurse", "/split", "/no-brace"})
  void faultsOfAHandlerAre500AndTellNothing(String path) throws Exception {
    var response = site.get(path);
    assertThat(response.statusCode()).isEqualTo(500);
    assertThat(response.body()).matches("Internal error; the log knows it as [0-9a-z]{6}\n");
    assertThat(response.headers().map()).doesNotContainKey("x-c");
    assertThat(site.get("/hello").statusCode()).isEqualTo(200);
  }

  @Test
  void aResponseThatFailsHalfWayIsCutOff() throws Exception {
    var response = site.raw("GET /late HTTP/1.1\r\nHost: a\r\n\r\n");
    assertThat(response)
        .startsWith("HTTP/1.1 200 ")
        .contains("chunked")
        .doesNotContain("\r\n0\r\n");
  }

  @Test
  void aSecondAnswerComesTooLate() throws Exception {
    assertThat(site.raw("GET /twice HTTP/1.1\r\nHost: a\r\n\r\n"))
        .startsWith("HTTP/1.1 200 ")
        .endsWith("\r\n\r\na");
  }

  @Test
  void longOutputIsStreamed() throws Exception {
    var response = site.get("/stream");
    assertThat(response.headers().firstValue("Transfer-Encoding")).contains("chunked");
    assertThat(response.body()).hasSize(46_000).endsWith("0000001999\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/../etc/passwd",
        "/%2e%2e/etc/passwd",
        "/..%2fetc/passwd",
        "/%252e%252e/etc/passwd",
        "/..%5cetc%5cpasswd",
        "/..%c0%afetc/passwd",
        "/a/%00",
        "/a<b>",
        "/a b",
        "/%zz"
      })
  void nothingHarmfulGetsThrough(String path) throws Exception {
    var response = site.raw("GET " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assertThat(response).matches("(?s)HTTP/1.1 (400|404|505) .*");
  }

  @Test
  void emptySegmentsDoNotMatter() throws Exception {
    assertThat(site.raw("GET //hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 200 ");
  }
}
