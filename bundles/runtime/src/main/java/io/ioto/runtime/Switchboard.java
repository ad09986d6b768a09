// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/// Passes signals between bundles, and keeps the states that late watchers are told. May be shared
/// between threads.
@Component(service = Switchboard.class)
public final class Switchboard {
  /// @param holder whose state it is; it ends with its holder, so that nothing of a bundle that
  ///     has gone is kept
  private record State(Object holder, @Nullable Object argument) {}

  private final Map<String, List<Consumer<@Nullable Object>>> receivers = new HashMap<>();
  private final Map<String, State> states = new HashMap<>();

  @Activate
  public Switchboard() {}

  /// Adds a receiver, and tells it the state of the name, if there is one, before anything else.
  ///
  /// @param receiver must not block
  synchronized void add(String name, Consumer<@Nullable Object> receiver) {
    receivers.computeIfAbsent(name, _ -> new ArrayList<>()).add(receiver);
    var state = states.get(name);
    if (state != null) {
      receiver.accept(state.argument());
    }
  }

  synchronized void remove(String name, Consumer<@Nullable Object> receiver) {
    var of = receivers.get(name);
    if (of != null && of.remove(receiver) && of.isEmpty()) {
      receivers.remove(name);
    }
  }

  synchronized void signal(String name, @Nullable Object argument) {
    receivers.getOrDefault(name, List.of()).forEach(r -> r.accept(argument));
  }

  synchronized void hold(Object holder, String name, @Nullable Object argument) {
    states.put(name, new State(holder, argument));
    signal(name, argument);
  }

  synchronized void release(String name) {
    states.remove(name);
  }

  /// Forgets the states of one holder, but not those which another has taken over.
  synchronized void releaseAll(Object holder) {
    states.values().removeIf(s -> Objects.equals(s.holder(), holder));
  }
}
