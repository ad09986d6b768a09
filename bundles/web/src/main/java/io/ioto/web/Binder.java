// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.util.BufferRecycler;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.core.util.RecyclerPool;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ioto.api.web.HttpException;
import io.ioto.json.Json5;
import io.ioto.json.JsonException;
import io.ioto.json.Limits;
import io.ioto.json.Mapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/// Binds JSON to the types of one publisher. Jackson remembers every class it has met, and with it
/// the class loader of a bundle that may be swapped; so each publisher has a mapper of its own,
/// made when first used, which goes when the publisher goes. May be shared between threads.
final class Binder {
  /// Jackson keeps buffers per thread, which is of no use where each request has its own. At most
  /// so many are kept for all.
  private static final RecyclerPool<BufferRecycler> BUFFERS = JsonRecyclerPools.newBoundedPool(32);

  private volatile @Nullable ObjectMapper mapper;

  /// A body as JSON.
  ///
  /// @throws HttpException 400 when it is not
  static JsonNode read(byte[] body) {
    try {
      return Json5.read(body, "body", Limits.DEFAULT);
    } catch (JsonException e) {
      throw notJson(e);
    }
  }

  /// A body as a type of the publisher.
  ///
  /// @throws HttpException 400 when it does not fit
  <T> T read(byte[] body, Class<T> type) {
    try {
      return mapper().readValue(body, type);
    } catch (JsonException e) {
      throw notJson(e);
    } catch (JsonMappingException e) {
      throw new HttpException(400, "The body does not fit at '%s'".formatted(pointer(e)));
    } catch (JacksonException e) {
      throw new HttpException(400, "The body is no JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static HttpException notJson(JsonException e) {
    return new HttpException(400, "The body is no JSON: " + e.getMessage());
  }

  /// Says where without naming classes.
  private static String pointer(JsonMappingException e) {
    var pointer = new StringBuilder();
    for (var step : e.getPath()) {
      var name = step.getFieldName();
      pointer.append('/').append(name == null ? String.valueOf(step.getIndex()) : name);
    }
    return pointer.isEmpty() ? "/" : pointer.toString();
  }

  /// A value of the publisher as JSON.
  byte[] write(Object value) {
    try {
      return mapper().writeValueAsBytes(value);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("%s is no JSON".formatted(value.getClass()), e);
    }
  }

  private ObjectMapper mapper() {
    var made = mapper;
    return made == null ? make() : made;
  }

  private synchronized ObjectMapper make() {
    var made = mapper;
    if (made == null) {
      made = Mapper.create();
      made.getFactory().setRecyclerPool(BUFFERS);
      mapper = made;
    }
    return made;
  }
}
