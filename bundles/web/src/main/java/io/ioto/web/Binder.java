// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import com.fasterxml.jackson.core.util.BufferRecycler;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.core.util.RecyclerPool;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ioto.json.Mapper;
import org.jspecify.annotations.Nullable;

/// Binds JSON to the types of one publisher. Jackson remembers every class it has met, and with it
/// the class loader of a bundle that may be swapped; so each publisher has a mapper of its own,
/// made when first used, which goes when the publisher goes. May be shared between threads.
final class Binder {
  /// Jackson keeps buffers per thread, which is of no use where each request has its own. At most
  /// so many are kept for all.
  private static final RecyclerPool<BufferRecycler> BUFFERS = JsonRecyclerPools.newBoundedPool(32);

  private volatile @Nullable ObjectMapper mapper;

  /// The mapper.
  ObjectMapper mapper() {
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
