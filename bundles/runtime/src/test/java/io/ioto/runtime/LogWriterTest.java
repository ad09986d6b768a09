// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import static io.ioto.testing.Eventually.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LogWriterTest {
  private static final Duration LONG = Duration.ofSeconds(10);

  private final ByteArrayOutputStream complaints = new ByteArrayOutputStream();
  private final LogWriter writer = new LogWriter(new PrintStream(complaints, true, UTF_8));

  @AfterEach
  void close() {
    writer.close(LONG);
  }

  private static String note(String message) {
    return "note: " + message + "\n";
  }

  /// Keeps what is written; may be full or stuck.
  private static final class Paper implements LogSink {
    private final StringBuilder text = new StringBuilder();
    private final CountDownLatch reached = new CountDownLatch(1);
    private @Nullable CountDownLatch stuck;
    private volatile boolean full;
    private volatile boolean closed;

    @Override
    public void write(byte[] lines) throws IOException {
      reached.countDown();
      if (stuck != null) {
        try {
          stuck.await();
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
      if (full) {
        throw new IOException("paper is full");
      }
      synchronized (text) {
        text.append(new String(lines, UTF_8));
      }
    }

    @Override
    public void close() {
      closed = true;
    }

    @Override
    public String name() {
      return "paper";
    }

    String text() {
      synchronized (text) {
        return text.toString();
      }
    }
  }

  private static void assertFlushed(LogWriter writer) throws InterruptedException {
    assertThat(writer.flush(LONG)).isTrue();
  }

  @Test
  void linesArriveInOrder() throws Exception {
    var paper = new Paper();
    writer.change(paper, LogWriterTest::note, 1 << 20);
    var expected = new StringBuilder();
    for (var i = 0; i < 10_000; i++) {
      writer.write("line " + i + "\n");
      expected.append("line ").append(i).append('\n');
    }

    assertFlushed(writer);

    assertThat(paper.text()).isEqualTo(expected.toString());
  }

  @Test
  void changeOfPlaceLosesNoLine() throws Exception {
    var papers = IntStream.range(0, 50).mapToObj(_ -> new Paper()).toList();
    var expected = new StringBuilder();
    for (var i = 0; i < papers.size(); i++) {
      writer.change(papers.get(i), LogWriterTest::note, 1 << 20);
      for (var j = 0; j < 20; j++) {
        writer.write(i + "\n");
        expected.append(i).append('\n');
      }
    }

    assertFlushed(writer);

    var all = new StringBuilder();
    papers.forEach(p -> all.append(p.text()));
    assertThat(all).asString().isEqualTo(expected.toString());
    assertThat(papers.subList(0, papers.size() - 1)).allMatch(p -> p.closed);
    assertThat(papers.getLast().closed).isFalse();
  }

  @Test
  void fullPlaceLosesLinesAndSaysHowManyWhenItHasRoomAgain() throws Exception {
    var paper = new Paper();
    writer.change(paper, LogWriterTest::note, 1 << 20);
    paper.full = true;
    for (var i = 0; i < 3; i++) {
      writer.write("lost\n");
      assertFlushed(writer);
    }
    assertThat(complaints.toString(UTF_8))
        .isEqualTo(
            "log: cannot write to paper, lines are lost until that is possible:"
                + " java.io.IOException: paper is full\n");

    paper.full = false;
    writer.write("kept\n");
    assertFlushed(writer);

    assertThat(paper.text())
        .isEqualTo(
            "note: 3 lines of the log were lost: java.io.IOException: paper is full\nkept\n");
  }

  @Test
  void stuckPlaceHoldsNobodyUp() throws Exception {
    var paper = new Paper();
    var go = new CountDownLatch(1);
    paper.stuck = go;
    writer.change(paper, LogWriterTest::note, 30);
    writer.write("1234\n");
    paper.reached.await();

    for (var i = 0; i < 10; i++) {
      writer.write("123456789\n");
    }
    assertThat(writer.flush(Duration.ofMillis(1))).isFalse();
    go.countDown();
    assertFlushed(writer);
    writer.write("after\n");
    assertFlushed(writer);

    assertThat(paper.text())
        .startsWith("1234\n")
        .contains("note: 7 lines of the log were lost: they came faster than they could be written")
        .endsWith("after\n");
  }

  @Test
  void lastLinesAreWrittenAtTheEnd() {
    var paper = new Paper();
    writer.change(paper, LogWriterTest::note, 1 << 20);
    writer.write("last\n");

    writer.close(LONG);

    assertThat(paper.text()).isEqualTo("last\n");
    eventually(() -> assertThat(paper.closed).isTrue());
  }
}
