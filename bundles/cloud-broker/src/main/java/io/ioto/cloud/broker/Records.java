// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.broker;

import io.ioto.api.mqtt.Message;
import io.ioto.api.mqtt.Qos;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The records of the broker's journal. Their numbers and forms are on disks and never change.
final class Records {
  /// A device has connected: its session, and its will if it has one.
  static final int ONLINE = 1;

  /// It is gone: its session, the highest number sent to it.
  static final int OFFLINE = 2;

  /// A session has these filters, too.
  static final int SUBSCRIBED = 3;

  /// A session has these filters no longer.
  static final int UNSUBSCRIBED = 4;

  /// A message, and the sessions it waits in with its number in each.
  static final int MESSAGE = 5;

  /// A device has acknowledged a number.
  static final int ACKNOWLEDGED = 6;

  /// There is no such session any more.
  static final int DROPPED = 7;

  /// The retained message of a topic; without payload there is none.
  static final int RETAINED = 8;

  /// Nothing has happened.
  static final int MARK = 9;

  /// A session as it stands in a snapshot: its last number and the highest that was sent.
  static final int SESSION = 10;

  /// The will of a session has been told.
  static final int WILL_TOLD = 11;

  /// Writes the fields of a record.
  interface Body {
    void write(DataOutputStream out) throws IOException;
  }

  private Records() {}

  /// The quality of service as MQTT numbers it.
  static int level(Qos qos) {
    return switch (qos) {
      case AT_MOST_ONCE -> 0;
      case AT_LEAST_ONCE -> 1;
    };
  }

  static Qos qos(int level) {
    return level == 0 ? Qos.AT_MOST_ONCE : Qos.AT_LEAST_ONCE;
  }

  static byte[] record(Body body) {
    try {
      var bytes = new ByteArrayOutputStream();
      var out = new DataOutputStream(bytes);
      body.write(out);
      out.flush();
      return bytes.toByteArray();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  static byte[] session(String id) {
    return record(out -> out.writeUTF(id));
  }

  static byte[] number(String id, long number) {
    return record(
        out -> {
          out.writeUTF(id);
          out.writeLong(number);
        });
  }

  static byte[] session(String id, long last, long sent) {
    return record(
        out -> {
          out.writeUTF(id);
          out.writeLong(last);
          out.writeLong(sent);
        });
  }

  static byte[] online(String id, @Nullable Message will) {
    return record(
        out -> {
          out.writeUTF(id);
          out.writeBoolean(will != null);
          if (will != null) {
            out.writeUTF(will.topic());
            out.writeByte(level(will.qos()));
            out.writeBoolean(will.retained());
            bytes(out, will.payload());
          }
        });
  }

  static @Nullable Message will(DataInputStream in) throws IOException {
    if (!in.readBoolean()) {
      return null;
    }
    var topic = in.readUTF();
    var qos = qos(in.readByte());
    var retained = in.readBoolean();
    return new Message(topic, bytes(in), qos, retained);
  }

  static byte[] subscribed(String id, Map<String, Integer> filters) {
    return record(
        out -> {
          out.writeUTF(id);
          out.writeInt(filters.size());
          for (var filter : filters.entrySet()) {
            out.writeUTF(filter.getKey());
            out.writeByte(filter.getValue());
          }
        });
  }

  static byte[] unsubscribed(String id, List<String> filters) {
    return record(
        out -> {
          out.writeUTF(id);
          out.writeInt(filters.size());
          for (var filter : filters) {
            out.writeUTF(filter);
          }
        });
  }

  static byte[] message(Parcel parcel, Map<String, Long> numbers) {
    return record(
        out -> {
          out.writeUTF(parcel.topic);
          out.writeByte(parcel.qos);
          out.writeBoolean(parcel.retained);
          bytes(out, parcel.payload);
          out.writeInt(numbers.size());
          for (var number : numbers.entrySet()) {
            out.writeUTF(number.getKey());
            out.writeLong(number.getValue());
          }
        });
  }

  static byte[] retained(String topic, int qos, byte[] payload) {
    return record(
        out -> {
          out.writeUTF(topic);
          out.writeByte(qos);
          bytes(out, payload);
        });
  }

  static DataInputStream read(byte[] record) {
    return new DataInputStream(new ByteArrayInputStream(record));
  }

  static byte[] bytes(DataInputStream in) throws IOException {
    return in.readNBytes(in.readInt());
  }

  private static void bytes(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }
}
