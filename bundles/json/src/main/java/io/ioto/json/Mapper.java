// SPDX-License-Identifier: Apache-2.0
package io.ioto.json;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.TypeFactory;
import com.fasterxml.jackson.databind.util.LRUMap;
import com.fasterxml.jackson.databind.util.LookupCache;

/// Makes object mappers: JSON5 in, strict JSON out, records welcome, unknown properties passed
/// over, no java.time. One is costly to make, may be shared between threads, and remembers every
/// class it has met: it belongs to whose classes they are, so that it goes when their bundle is
/// swapped.
public final class Mapper {
  /// Most types that a mapper remembers.
  private static final int TYPES = 200;

  private Mapper() {}

  /// A new mapper, which shares nothing with others.
  public static ObjectMapper create() {
    LookupCache<Object, JavaType> types = new LRUMap<>(16, TYPES);
    return JsonMapper.builder(new Json5Factory())
        .typeFactory(TypeFactory.defaultInstance().withCache(types))
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .build();
  }
}
