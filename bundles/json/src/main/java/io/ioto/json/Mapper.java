// SPDX-License-Identifier: Apache-2.0
package io.ioto.json;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.TypeFactory;
import com.fasterxml.jackson.databind.util.LRUMap;
import com.fasterxml.jackson.databind.util.LookupCache;

/// The one object mapper of the process: JSON5 in, strict JSON out, records welcome, unknown
/// properties passed over, no java.time. It is made when first asked for, since it is costly; may
/// be shared between threads and must not be reconfigured.
public final class Mapper {
  /// Most types that a mapper remembers.
  private static final int TYPES = 200;

  private Mapper() {}

  /// The mapper.
  public static ObjectMapper shared() {
    return Holder.MAPPER;
  }

  /// A new mapper like the shared one, which shares nothing with it. A mapper remembers every class
  /// it has met; one for the classes of a bundle that may go has to go with the bundle.
  public static ObjectMapper separate() {
    LookupCache<Object, JavaType> types = new LRUMap<>(16, TYPES);
    return JsonMapper.builder(new Json5Factory())
        .typeFactory(TypeFactory.defaultInstance().withCache(types))
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .build();
  }

  private static final class Holder {
    private static final ObjectMapper MAPPER = separate();
  }
}
