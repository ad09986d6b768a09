// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.web;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/// One request and its response. Belongs to the thread of its handler and ends with it.
@ProviderType
public interface Exchange {
  /// Upper-case HTTP method.
  String method();

  /// Decoded and normalised path, without the query.
  String path();

  /// The segment that a brace of the route matched.
  ///
  /// @throws IllegalArgumentException when the route has no such brace
  String param(String name);

  /// First value of a query variable; empty text for a variable without a value.
  Optional<String> query(String name);

  /// All query variables, decoded.
  Map<String, List<String>> query();

  /// First value of a request header; the name is case-insensitive.
  Optional<String> header(String name);

  /// True when the request came over TLS.
  boolean secure();

  /// Address of the client.
  String remote();

  /// The body as it comes, limited to `limits.body`.
  ///
  /// @throws HttpException 413 from a read beyond the limit
  InputStream body();

  /// The whole body as UTF-8 text.
  ///
  /// @throws HttpException 413 when it is over the limit
  String text();

  /// The whole body as JSON (RFC 8259; JSON5 is accepted).
  ///
  /// @throws HttpException 400 with line, column and reason when it is not; 413 when over the
  ///     limit
  JsonNode json();

  /// The whole body bound to a record or class by Jackson.
  ///
  /// @throws HttpException 400 when it does not fit
  <T> T json(Class<T> type);

  /// The whole body as a form: `application/x-www-form-urlencoded`, or `multipart/form-data` whose
  /// files are written to disk as they come. Limits: `web.limits.body` for all texts together,
  /// `web.limits.upload` for a file, `web.limits.uploads` for the number of parts,
  /// `web.limits.form` for the whole.
  ///
  /// @throws HttpException 400 when it is malformed or a file has a name that is not allowed; 413
  ///     when it is over a limit; 415 when it is neither
  Form form();

  /// Who is logged in. A cookie of a session is looked at when this, [#can] or [#session] is first
  /// called, or the route has a role.
  Optional<User> user();

  /// True when somebody is logged in whose roles permit what the name says: a role or an ability
  /// of `web.auth.roles`. `public` is permitted to everybody.
  boolean can(String role);

  /// The session of the client, which may be an empty one that has yet to begin.
  Session session();

  /// Sets the status; 200 unless set.
  Exchange status(int status);

  /// Sets a response header, replacing an earlier value.
  ///
  /// @throws IllegalArgumentException for a name or value that HTTP does not allow (RFC 9110 §5)
  Exchange header(String name, String value);

  /// Sends text as UTF-8, `text/plain` unless a content type was set.
  void send(String text);

  /// Sends bytes, `application/octet-stream` unless a content type was set.
  void send(byte[] bytes);

  /// Sends anything Jackson can write, as `application/json`.
  void json(Object value);

  /// Sends a redirect.
  ///
  /// @param status 301, 302, 303, 307 or 308
  void redirect(int status, String location);

  /// Begins a stream of server-sent events; ends when the handler returns.
  ///
  /// @throws HttpException 503 when there are `web.limits.streams` already
  Events events();

  /// Streams the response; chunked unless a content length was set. Flushing sends what has been
  /// written so far.
  OutputStream output();
}
