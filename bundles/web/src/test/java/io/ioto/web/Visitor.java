// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;

/// A browser with a page of ours in it: keeps the cookie and sends the token along.
final class Visitor {
  private final Site site;
  String cookie = "";
  String token = "";

  Visitor(Site site) {
    this.site = site;
  }

  HttpResponse<String> get(String path) throws Exception {
    return send("GET", path, "");
  }

  HttpResponse<String> post(String path, String body) throws Exception {
    return send("POST", path, body);
  }

  HttpResponse<String> login(String name, String password) throws Exception {
    return post(
        "/api/public/login", "{\"username\":\"%s\",\"password\":\"%s\"}".formatted(name, password));
  }

  HttpResponse<String> send(String method, String path, String body, String... more)
      throws Exception {
    var headers = new ArrayList<>(List.of(more));
    if (!cookie.isEmpty()) {
      headers.addAll(List.of("Cookie", cookie));
    }
    if (!token.isEmpty()) {
      headers.addAll(List.of("X-XSRF-TOKEN", token));
    }
    var response = site.send(method, path, body, headers.toArray(String[]::new));
    response.headers().firstValue("Set-Cookie").ifPresent(c -> cookie = c.replaceAll(";.*", ""));
    response.headers().firstValue("X-XSRF-TOKEN").ifPresent(t -> token = t);
    return response;
  }
}
