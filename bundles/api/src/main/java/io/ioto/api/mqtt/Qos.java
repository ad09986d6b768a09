// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.mqtt;

/// How hard MQTT tries to deliver. *Exactly once* is not offered: brokers such as that of AWS IoT
/// have none, and it does not reach past the broker.
public enum Qos {
  AT_MOST_ONCE,
  AT_LEAST_ONCE
}
