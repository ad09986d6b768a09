// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/// An MQTT client that does what it is told, also what clients must not do.
final class Raw implements Closeable {
  static final int CONNACK = 2;
  static final int PUBLISH = 3;
  static final int PUBACK = 4;
  static final int SUBACK = 9;
  static final int UNSUBACK = 11;
  static final int PINGRESP = 13;

  /// A packet that came.
  static final class Packet {
    final int type;
    final int flags;
    final byte[] body;

    Packet(int type, int flags, byte[] body) {
      this.type = type;
      this.flags = flags;
      this.body = body;
    }

    private int number(int at) {
      return ((body[at] & 0xFF) << 8) | (body[at + 1] & 0xFF);
    }

    int qos() {
      return flags >> 1 & 3;
    }

    boolean dup() {
      return (flags & 8) != 0;
    }

    boolean retained() {
      return (flags & 1) != 0;
    }

    String topic() {
      return new String(body, 2, number(0), UTF_8);
    }

    int identifier() {
      return type == PUBLISH ? number(2 + number(0)) : number(0);
    }

    String text() {
      var from = 2 + number(0) + (qos() > 0 ? 2 : 0);
      return new String(body, from, body.length - from, UTF_8);
    }

    @Override
    public String toString() {
      return "%d/%d %s".formatted(type, flags, HexFormat.of().formatHex(body));
    }
  }

  private final SSLSocket socket;
  private final DataInputStream in;

  /// Makes the TLS connection.
  ///
  /// @param alpn what to ask for, if anything
  Raw(SSLContext tls, int port, String... alpn) throws IOException {
    this(tls, port, List.of("TLSv1.2", "TLSv1.3"), alpn);
  }

  /// Speaks these versions of TLS.
  Raw(SSLContext tls, int port, List<String> versions, String... alpn) throws IOException {
    socket =
        (SSLSocket) tls.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(10_000);
    socket.setTcpNoDelay(true);
    var parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(alpn);
    parameters.setProtocols(versions.toArray(String[]::new));
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    in = new DataInputStream(socket.getInputStream());
  }

  SSLSocket socket() {
    return socket;
  }

  /// Writes the fields of a packet.
  interface Body {
    void write(DataOutputStream out) throws IOException;
  }

  static byte[] bytes(Body body) throws IOException {
    var bytes = new ByteArrayOutputStream();
    body.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  /// A whole packet.
  static byte[] packet(int type, int flags, Body body) throws IOException {
    var content = bytes(body);
    return bytes(
        out -> {
          out.write((type << 4) | flags);
          var left = content.length;
          do {
            out.write((left & 0x7F) | (left > 0x7F ? 0x80 : 0));
            left >>= 7;
          } while (left > 0);
          out.write(content);
        });
  }

  void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  static byte[] connect(String id, int flags, int keepAlive, String... more) throws IOException {
    return packet(
        1,
        0,
        out -> {
          out.writeUTF("MQTT");
          out.write(4);
          out.write(flags);
          out.writeShort(keepAlive);
          out.writeUTF(id);
          for (var text : more) {
            out.writeUTF(text);
          }
        });
  }

  /// Connects with a persistent session.
  ///
  /// @return whether the broker has it
  boolean connect(String id) throws IOException {
    return connect(id, false);
  }

  boolean connect(String id, boolean clean) throws IOException {
    send(connect(id, clean ? 2 : 0, 60));
    var answer = next();
    assertThat(answer.type).isEqualTo(CONNACK);
    assertThat(answer.body[1]).isZero();
    return answer.body[0] == 1;
  }

  static byte[] publish(String topic, String text, int flags, int identifier) throws IOException {
    return packet(
        PUBLISH,
        flags,
        out -> {
          out.writeUTF(topic);
          if ((flags & 6) != 0) {
            out.writeShort(identifier);
          }
          out.write(text.getBytes(UTF_8));
        });
  }

  /// At least once.
  void publish(String topic, String text, int identifier) throws IOException {
    send(publish(topic, text, 2, identifier));
  }

  /// What was granted.
  int subscribe(String filter, int qos) throws IOException {
    send(
        packet(
            8,
            2,
            out -> {
              out.writeShort(77);
              out.writeUTF(filter);
              out.write(qos);
            }));
    var answer = next();
    assertThat(answer.type).isEqualTo(SUBACK);
    assertThat(answer.identifier()).isEqualTo(77);
    return answer.body[2] & 0xFF;
  }

  void unsubscribe(String filter) throws IOException {
    send(
        packet(
            10,
            2,
            out -> {
              out.writeShort(78);
              out.writeUTF(filter);
            }));
    assertThat(next().type).isEqualTo(UNSUBACK);
  }

  void acknowledge(Packet packet) throws IOException {
    send(packet(PUBACK, 0, out -> out.writeShort(packet.identifier())));
  }

  void ping() throws IOException {
    send(packet(12, 0, _ -> {}));
    assertThat(next().type).isEqualTo(PINGRESP);
  }

  void disconnect() throws IOException {
    send(packet(14, 0, _ -> {}));
    assertThat(closed()).isTrue();
  }

  Packet next() throws IOException {
    var first = in.readUnsignedByte();
    var length = 0;
    var shift = 0;
    int digit;
    do {
      digit = in.readUnsignedByte();
      length |= (digit & 0x7F) << shift;
      shift += 7;
    } while ((digit & 0x80) != 0);
    return new Packet(first >> 4, first & 15, in.readNBytes(length));
  }

  /// The next packet, a message.
  Packet message() throws IOException {
    var packet = next();
    assertThat(packet.type).as("%s", packet).isEqualTo(PUBLISH);
    return packet;
  }

  /// Whether nothing comes for a moment.
  boolean silent() throws IOException {
    socket.setSoTimeout(150);
    try {
      return in.read() < -1;
    } catch (SocketTimeoutException _) {
      return true;
    } finally {
      socket.setSoTimeout(10_000);
    }
  }

  /// Whether the broker closes the connection without another byte.
  boolean closed() {
    try {
      var next = in.read();
      assertThat(next).as("the first byte of what came instead of the end").isEqualTo(-1);
      return true;
    } catch (SocketTimeoutException _) {
      return false;
    } catch (IOException reset) {
      return true;
    }
  }

  /// Whether the broker closes the connection, with a CONNACK that refuses before that or without.
  boolean closedAfterRefusal() throws IOException {
    try {
      var refusal = next();
      assertThat(refusal.type).isEqualTo(CONNACK);
      assertThat(refusal.body[1]).isNotZero();
      return closed();
    } catch (SocketTimeoutException _) {
      return false;
    } catch (IOException ended) {
      return true;
    }
  }

  /// Ends the connection without a DISCONNECT.
  @Override
  public void close() throws IOException {
    socket.close();
  }

  @Override
  public String toString() {
    return Arrays.toString(socket.getSSLParameters().getApplicationProtocols());
  }
}
