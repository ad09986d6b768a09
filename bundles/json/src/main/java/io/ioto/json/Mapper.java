// SPDX-License-Identifier: Apache-2.0
package io.ioto.json;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;

/// The one object mapper of the process: JSON5 in, strict JSON out, records welcome, unknown
/// properties passed over, no java.time. It is made when first asked for, since it is costly; may
/// be shared between threads and must not be reconfigured.
public final class Mapper {
  private Mapper() {}

  /// The mapper.
  public static ObjectMapper shared() {
    return Holder.MAPPER;
  }

  private static final class Holder {
    private static final ObjectMapper MAPPER =
        JsonMapper.builder(new Json5Factory())
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();
  }
}
