// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.broker;

import io.ioto.api.cloud.Admission.Guest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The topics of one device: what it may publish to, and what it may subscribe to.
record Access(List<String> publish, List<String> subscribe) {
  private static final String RULE = "$aws/rules/IotoDevice/";
  private static final String SERVICE = "ioto/service/";
  private static final String DEVICE = "ioto/device/";
  private static final String ACCOUNT = "ioto/account/";
  private static final String THING = "$aws/things/";
  private static final String SHADOW = "/shadow";

  static Access of(Guest guest) {
    var id = guest.device();
    var shadow = THING + id + SHADOW;
    var read = new ArrayList<>(List.of(DEVICE + id, ACCOUNT + "all", shadow));
    if (word(guest.account())) {
      read.add(ACCOUNT + guest.account());
    }
    return new Access(List.of(SERVICE + id, RULE + SERVICE + id, shadow), List.copyOf(read));
  }

  /// Whether an id can be a level of a topic and nothing else: with a slash or a wildcard in it,
  /// it would open the topics of others.
  static boolean word(String id) {
    return !id.isEmpty()
        && id.chars().noneMatch(c -> c == '/' || c == '+' || c == '#' || Character.isISOControl(c));
  }

  boolean mayPublish(String topic) {
    return publish.stream().anyMatch(p -> topic.startsWith(p + "/"));
  }

  /// A filter may only be narrower than what is granted; its wildcards are below that.
  boolean maySubscribe(String filter) {
    return subscribe.stream().anyMatch(p -> filter.equals(p) || filter.startsWith(p + "/"));
  }

  /// The topic without the prefix that names the rule at AWS IoT.
  static String plain(String topic) {
    return topic.startsWith(RULE) ? topic.substring(RULE.length()) : topic;
  }

  /// Whether devices send there and nobody subscribes.
  static boolean service(String topic) {
    return topic.startsWith(SERVICE);
  }

  /// Whether several devices may subscribe there.
  static boolean broadcast(String topic) {
    return topic.startsWith(ACCOUNT);
  }

  /// The only device that may subscribe there.
  static Optional<String> owner(String topic) {
    return below(DEVICE, topic).or(() -> below(THING, topic));
  }

  private static Optional<String> below(String prefix, String topic) {
    if (!topic.startsWith(prefix)) {
      return Optional.empty();
    }
    var end = topic.indexOf('/', prefix.length());
    return Optional.of(topic.substring(prefix.length(), end < 0 ? topic.length() : end));
  }
}
