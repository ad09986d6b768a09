// SPDX-License-Identifier: Apache-2.0
package io.ioto.db;

import io.ioto.api.db.Change;
import io.ioto.api.db.Item;
import io.ioto.api.db.Origin;
import io.ioto.api.db.Stamp;
import io.ioto.api.db.Values;
import io.ioto.journal.Replay;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How changes look in the journal: one byte says what follows; numbers have 7 bits a byte, the
/// lowest first, signed ones zigzag; texts are their length in bytes and UTF-8.
///
/// | record | |
/// |---|---|
/// | commit | origin, stamp, then changes until the end: `P` model key values, `R` model key;
/// where the stamp differs, `S` stamp before |
/// | forget | sequence |
/// | meta, of a snapshot | version 1, floor, stamp of the clock |
/// | item, of a snapshot | sequence, origin, stamp, model, key, values |
/// | removal, of a snapshot | sequence, origin, stamp, model, key |
final class Codec {
  /// Record types of the journal.
  static final int COMMIT = 1;

  static final int FORGET = 2;

  /// Part types of a snapshot.
  static final int META = 1;

  static final int ITEM = 2;
  static final int REMOVAL = 3;

  private static final int VERSION = 1;

  private Codec() {}

  /// Writes one record.
  static final class Writer {
    private byte[] bytes = new byte[512];
    private int at;

    byte[] bytes() {
      return Arrays.copyOf(bytes, at);
    }

    private void room(int count) {
      if (at + count > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(at + count, bytes.length * 2));
      }
    }

    Writer put(int b) {
      room(1);
      bytes[at++] = (byte) b;
      return this;
    }

    Writer number(long value) {
      room(10);
      var rest = value;
      while ((rest & ~0x7FL) != 0) {
        bytes[at++] = (byte) (rest | 0x80);
        rest >>>= 7;
      }
      bytes[at++] = (byte) rest;
      return this;
    }

    /// @throws IllegalArgumentException for half a surrogate pair, which UTF-8 cannot say
    Writer text(String text) {
      var utf8 = text.getBytes(StandardCharsets.UTF_8);
      if (!text.equals(new String(utf8, StandardCharsets.UTF_8))) {
        throw new IllegalArgumentException("'%s' is no Unicode text".formatted(text));
      }
      number(utf8.length);
      room(utf8.length);
      System.arraycopy(utf8, 0, bytes, at, utf8.length);
      at += utf8.length;
      return this;
    }

    Writer stamp(Stamp stamp) {
      return number(stamp.millis()).number(stamp.count()).text(stamp.node());
    }

    Writer origin(Origin origin) {
      return put(
          switch (origin) {
            case LOCAL -> 'L';
            case REMOTE -> 'R';
            case SYSTEM -> 'S';
          });
    }

    Writer values(Map<?, ?> values) {
      number(values.size());
      for (var entry : values.entrySet()) {
        text((String) entry.getKey());
        value(entry.getValue());
      }
      return this;
    }

    private void value(Object value) {
      switch (value) {
        case String text -> put('s').text(text);
        case Boolean flag -> put(flag ? 't' : 'f');
        case Long number -> put('l').number((number << 1) ^ (number >> 63));
        case Double number -> {
          put('d');
          var bits = Double.doubleToLongBits(number);
          for (var shift = 0; shift < 64; shift += 8) {
            put((int) (bits >> shift));
          }
        }
        case List<?> list -> {
          put('[').number(list.size());
          list.forEach(this::value);
        }
        case Map<?, ?> map -> put('{').values(map);
        default -> throw new IllegalArgumentException(value.getClass().getName());
      }
    }
  }

  /// Reads one record.
  static final class Reader {
    private final byte[] bytes;
    private int at;

    Reader(byte[] bytes) {
      this.bytes = bytes;
    }

    boolean more() {
      return at < bytes.length;
    }

    int get() {
      return bytes[at++];
    }

    long number() {
      var value = 0L;
      for (var shift = 0; ; shift += 7) {
        var b = bytes[at++];
        value |= (b & 0x7FL) << shift;
        if (b >= 0) {
          return value;
        }
      }
    }

    String text() {
      var length = (int) number();
      var text = new String(bytes, at, length, StandardCharsets.UTF_8);
      at += length;
      return text;
    }

    Stamp stamp() {
      return new Stamp(number(), (int) number(), text());
    }

    Origin origin() {
      var letter = get();
      return switch (letter) {
        case 'L' -> Origin.LOCAL;
        case 'R' -> Origin.REMOTE;
        case 'S' -> Origin.SYSTEM;
        default -> throw new IllegalStateException("origin " + letter);
      };
    }

    /// @param names one instance per name, so that a million items share them
    Map<String, Object> values(Map<String, String> names) {
      var count = (int) number();
      var values = new LinkedHashMap<String, Object>();
      for (var i = 0; i < count; i++) {
        var name = text();
        values.put(names.getOrDefault(name, name), value(names));
      }
      return Values.object(values);
    }

    private Object value(Map<String, String> names) {
      var kind = get();
      return switch (kind) {
        case 's' -> text();
        case 't' -> true;
        case 'f' -> false;
        case 'l' -> {
          var zigzag = number();
          yield (zigzag >>> 1) ^ -(zigzag & 1);
        }
        case 'd' -> {
          var bits = 0L;
          for (var shift = 0; shift < 64; shift += 8) {
            bits |= (bytes[at++] & 0xFFL) << shift;
          }
          yield Double.longBitsToDouble(bits);
        }
        case '[' -> {
          var count = (int) number();
          var list = new ArrayList<>();
          for (var i = 0; i < count; i++) {
            list.add(value(names));
          }
          yield list;
        }
        case '{' -> values(names);
        default -> throw new IllegalArgumentException("kind %d of a value".formatted(kind));
      };
    }
  }

  static byte[] commit(Origin origin, Stamp stamp, List<Change> changes) {
    var writer = new Writer().origin(origin).stamp(stamp);
    var last = stamp;
    for (var change : changes) {
      if (!change.stamp().equals(last)) {
        last = change.stamp();
        writer.put('S').stamp(last);
      }
      switch (change) {
        case Change.Put put ->
            writer.put('P').text(put.model()).text(put.key()).values(put.item().values());
        case Change.Removed removed -> writer.put('R').text(removed.model()).text(removed.key());
      }
    }
    return writer.bytes();
  }

  static byte[] forget(long through) {
    return new Writer().number(through).bytes();
  }

  static byte[] meta(long floor, Stamp clock) {
    return new Writer().put(VERSION).number(floor).stamp(clock).bytes();
  }

  static byte[] item(Item item) {
    return new Writer()
        .number(item.sequence())
        .origin(item.origin())
        .stamp(item.stamp())
        .text(item.model())
        .text(item.key())
        .values(item.values())
        .bytes();
  }

  static byte[] removal(Change.Removed removed) {
    return new Writer()
        .number(removed.sequence())
        .origin(removed.origin())
        .stamp(removed.stamp())
        .text(removed.model())
        .text(removed.key())
        .bytes();
  }

  /// Puts what a journal holds back into data, as it was: nothing is checked, stamped or filled in
  /// again.
  static final class Restoring implements Replay {
    private final Draft draft;
    private final int removals;
    private final Map<String, String> names = new HashMap<>();
    private long sequence;
    private Stamp clock = Stamp.NONE;

    Restoring(Schema schema, int removals) {
      draft = new Draft(Data.empty(schema));
      this.removals = removals;
      for (var model : schema.models()) {
        names.put(model.name(), model.name());
        model.fields().forEach(field -> names.put(field.name(), field.name()));
      }
    }

    /// What was restored, after this commit.
    Data data(long last) {
      draft.limit(removals);
      return draft.data(last);
    }

    /// The latest stamp there was.
    Stamp clock() {
      return clock;
    }

    @Override
    public void snapshot(int type, byte[] payload) {
      var reader = new Reader(payload);
      switch (type) {
        case META -> {
          var version = reader.get();
          if (version != VERSION) {
            throw new IllegalStateException(
                "the journal has version %d, expected %d".formatted(version, VERSION));
          }
          draft.floor(reader.number());
          see(reader.stamp());
        }
        case ITEM -> {
          var at = reader.number();
          var origin = reader.origin();
          var stamp = reader.stamp();
          put(reader, at, origin, stamp);
        }
        case REMOVAL -> {
          var at = reader.number();
          var origin = reader.origin();
          var stamp = reader.stamp();
          remove(reader, at, origin, stamp);
        }
        default -> throw new IllegalStateException("part of type " + type);
      }
    }

    @Override
    public void record(int type, long at, byte[] payload) {
      sequence = at;
      var reader = new Reader(payload);
      switch (type) {
        case COMMIT -> {
          var origin = reader.origin();
          var stamp = reader.stamp();
          while (reader.more()) {
            var what = reader.get();
            switch (what) {
              case 'S' -> stamp = reader.stamp();
              case 'P' -> put(reader, sequence, origin, stamp);
              case 'R' -> remove(reader, sequence, origin, stamp);
              default -> throw new IllegalStateException("change of kind " + what);
            }
          }
        }
        case FORGET -> draft.forget(reader.number());
        default -> throw new IllegalStateException("record of type " + type);
      }
    }

    private void put(Reader reader, long at, Origin origin, Stamp stamp) {
      var model = name(reader.text());
      var key = reader.text();
      var values = reader.values(names);
      var kind = draft.schema().find(model);
      see(stamp);
      draft.put(
          new Item(
              model, key, at, stamp, origin, kind == null ? null : kind.expires(values), values));
    }

    private void remove(Reader reader, long at, Origin origin, Stamp stamp) {
      var model = name(reader.text());
      var key = reader.text();
      see(stamp);
      draft.take(key);
      draft.bury(new Change.Removed(model, key, at, stamp, origin, null));
    }

    private String name(String text) {
      return names.getOrDefault(text, text);
    }

    private void see(Stamp stamp) {
      if (stamp.compareTo(clock) > 0) {
        clock = stamp;
      }
    }
  }

  /// What an item takes on the disk, about.
  static long weigh(Item item) {
    return 40L + item.model().length() + item.key().length() + weigh(item.values());
  }

  private static long weigh(@Nullable Object value) {
    return switch (value) {
      case String text -> 2L + text.length();
      case Map<?, ?> map -> {
        var sum = 1L;
        for (var entry : map.entrySet()) {
          sum += weigh(entry.getKey()) + weigh(entry.getValue());
        }
        yield sum;
      }
      case List<?> list -> {
        var sum = 1L;
        for (var element : list) {
          sum += weigh(element);
        }
        yield sum;
      }
      case null, default -> 9;
    };
  }
}
