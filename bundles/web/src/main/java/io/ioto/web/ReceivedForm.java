// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import io.ioto.api.web.Form;
import io.ioto.api.web.HttpException;
import io.ioto.api.web.Upload;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.fileupload.FileUploadBase.FileUploadIOException;
import org.apache.commons.fileupload.MultipartStream;
import org.apache.commons.fileupload.MultipartStream.MalformedStreamException;
import org.apache.commons.fileupload.ParameterParser;

/// A form as it is read from a request. Files are on disk as soon as they have come. Belongs to
/// the thread of the request, which closes it.
final class ReceivedForm implements Form, AutoCloseable {
  private static final int BUFFER = 8 * 1024;

  /// Longest header of a part.
  private static final int HEADER = 1024;

  /// What no name of a file may hold, besides control characters.
  private static final String ILLEGAL = "/\\:*?<>|~\"'%^`";

  private final Map<String, List<String>> fields = new LinkedHashMap<>();
  private final List<StoredUpload> files = new ArrayList<>();
  private int parts;
  private long texts;

  /// @throws HttpException 400, 413 or 415
  static ReceivedForm read(ServletExchange exchange, Settings settings, Uploads uploads) {
    var type = exchange.header("Content-Type").orElse("");
    var form = new ReceivedForm();
    switch (ContentTypes.plain(type)) {
      case "application/x-www-form-urlencoded" -> form.fields.putAll(Query.parse(exchange.text()));
      case "multipart/form-data" -> {
        try {
          form.readParts(exchange, boundary(type), settings, uploads);
        } catch (RuntimeException e) {
          form.close();
          throw e;
        }
      }
      default ->
          throw new HttpException(
              415, "Expected a form: application/x-www-form-urlencoded or multipart/form-data");
    }
    form.fields.replaceAll((_, values) -> List.copyOf(values));
    return form;
  }

  /// RFC 2046 §5.1.1.
  private static byte[] boundary(String type) {
    var boundary = parameters(type).get("boundary");
    if (boundary == null || !boundary.matches("[0-9A-Za-z'()+_,./:=? -]{1,70}")) {
      throw new HttpException(400, "The boundary of the form is missing or malformed");
    }
    return boundary.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static Map<String, String> parameters(String header) {
    var parser = new ParameterParser();
    parser.setLowerCaseNames(true);
    return parser.parse(header, ';');
  }

  private void readParts(
      ServletExchange exchange, byte[] boundary, Settings settings, Uploads uploads) {
    try (InputStream body = exchange.formBody()) {
      var stream = new MultipartStream(body, boundary, BUFFER, null);
      stream.setHeaderEncoding("UTF-8");
      stream.setPartHeaderSizeMax(HEADER);
      for (var more = stream.skipPreamble(); more; more = stream.readBoundary()) {
        if (++parts > uploads.limits().parts()) {
          throw new HttpException(
              413,
              "The form has more than %d parts (web.limits.uploads)"
                  .formatted(uploads.limits().parts()));
        }
        readPart(stream, settings, uploads);
      }
      if (parts == 0) {
        throw new HttpException(400, "The form has no part: its boundary does not occur");
      }
    } catch (MalformedStreamException | FileUploadIOException e) {
      throw malformed();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static HttpException malformed() {
    return new HttpException(400, "The form is malformed or broke off");
  }

  private void readPart(MultipartStream stream, Settings settings, Uploads uploads)
      throws IOException {
    var headers = headers(stream.readHeaders());
    var disposition = headers.getOrDefault("content-disposition", "");
    var parameters = parameters(disposition);
    var field = parameters.get("name");
    if (field == null || !ContentTypes.plain(disposition).equals("form-data")) {
      throw new HttpException(400, "A part of the form has no name");
    }
    if (!parameters.containsKey("filename")) {
      readField(stream, field, settings);
      return;
    }
    var name = parameters.get("filename");
    if (name == null || name.isEmpty()) {
      // A field for a file in which none was chosen.
      var _ = stream.discardBodyData();
      return;
    }
    checkName(name);
    var type = headers.getOrDefault("content-type", "application/octet-stream");
    var upload = new StoredUpload(uploads, field, name, type);
    files.add(upload);
    try (var out = upload.fill()) {
      var _ = stream.readBodyData(out);
    }
  }

  private static Map<String, String> headers(String text) {
    var headers = new LinkedHashMap<String, String>();
    for (var line : text.split("\r\n", -1)) {
      var colon = line.indexOf(':');
      if (colon > 0) {
        headers.putIfAbsent(
            line.substring(0, colon).trim().toLowerCase(java.util.Locale.ROOT),
            line.substring(colon + 1).trim());
      }
    }
    return headers;
  }

  /// Refuses what could leave a folder, hide in it, or mean something to a shell.
  private static void checkName(String name) {
    if (name.startsWith(".")
        || name.contains("..")
        || name.length() > 255
        || name.chars().anyMatch(c -> c < ' ' || c == 0x7f || ILLEGAL.indexOf(c) >= 0)) {
      throw new HttpException(400, "A file of the form has a name that is not allowed");
    }
  }

  private void readField(MultipartStream stream, String field, Settings settings)
      throws IOException {
    var limit = settings.body();
    var bytes =
        new ByteArrayOutputStream() {
          @Override
          public synchronized void write(byte[] from, int offset, int length) {
            texts += length;
            if (texts > limit) {
              throw RequestBody.tooLarge(limit, "web.limits.body");
            }
            super.write(from, offset, length);
          }
        };
    var _ = stream.readBodyData(bytes);
    fields
        .computeIfAbsent(field, _ -> new ArrayList<>())
        .add(bytes.toString(StandardCharsets.UTF_8));
  }

  @Override
  public Optional<String> field(String name) {
    var values = fields.get(name);
    return values == null ? Optional.empty() : Optional.of(values.getFirst());
  }

  @Override
  public Map<String, List<String>> fields() {
    return Collections.unmodifiableMap(fields);
  }

  @Override
  public List<Upload> files() {
    return List.copyOf(files);
  }

  /// Deletes the files that have not been moved.
  @Override
  public void close() {
    files.forEach(StoredUpload::discard);
  }
}
