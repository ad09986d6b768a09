// SPDX-License-Identifier: Apache-2.0
package io.ioto.provision;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.api.control.CommandRequest;
import io.ioto.api.device.Identity;
import io.ioto.api.mqtt.Connection;
import io.ioto.api.mqtt.Handler;
import io.ioto.api.mqtt.Message;
import io.ioto.api.mqtt.Subscription;
import io.ioto.api.provision.Provisioning;
import io.ioto.api.provision.Stage;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class CommandsTest {
  private static final CommandRequest REQUEST =
      new CommandRequest(Map.of(), new ByteArrayInputStream(new byte[0]), 0);

  private final List<String> asked = new ArrayList<>();

  private final class At implements Provisioning {
    private final Stage stage;
    private final String problem;

    At(Stage stage, String problem) {
      this.stage = stage;
      this.problem = problem;
    }

    @Override
    public Stage stage() {
      return stage;
    }

    @Override
    public Optional<String> problem() {
      return problem.isEmpty() ? Optional.empty() : Optional.of(problem);
    }

    @Override
    public void wake() {
      asked.add("wake");
    }

    @Override
    public void release() {
      asked.add("release");
    }
  }

  private record Told(Stage stage, String problem, String json) {}

  static final List<Told> STAGES =
      List.of(
          new Told(new Stage.Off("no cloud"), "", "{\"stage\":\"off\",\"why\":\"no cloud\"}"),
          new Told(
              new Stage.Registering(),
              "nobody answers",
              "{\"stage\":\"registering\",\"problem\":\"nobody answers\"}"),
          new Told(new Stage.Unclaimed("X7"), "", "{\"stage\":\"unclaimed\",\"id\":\"X7\"}"),
          new Told(new Stage.Enrolling(), "", "{\"stage\":\"enrolling\"}"),
          new Told(
              new Stage.Blocked(Instant.EPOCH),
              "",
              "{\"stage\":\"blocked\",\"until\":\"1970-01-01T00:00:00Z\"}"),
          new Told(
              new Stage.Provisioned(Instant.EPOCH),
              "",
              "{\"stage\":\"provisioned\",\"since\":\"1970-01-01T00:00:00Z\"}"));

  @ParameterizedTest
  @FieldSource("STAGES")
  void operatorSeesHowFarTheDeviceIs(Told told) {
    var command = new StageCommand(new At(told.stage(), told.problem()));

    assertThat(command.run(REQUEST)).hasToString(told.json());
  }

  @Test
  void operatorReleasesTheDevice() {
    var command = new ReleaseCommand(new At(new Stage.Enrolling(), ""));

    assertThat(command.run(REQUEST)).hasToString("{\"released\":true}");
    assertThat(asked).containsExactly("release");
  }

  @Test
  void messageOfTheBrokerOnlyMakesTheDeviceAsk() throws Exception {
    var broker = new Broker();
    var identity =
        new Identity(
            "X7",
            "acme",
            new Identity.Cloud(URI.create("https://cloud.example/api"), "T1", "", "", ""),
            new Identity.Endpoint("broker.example", 8883, "", ""),
            "device");
    var notice = new ReleaseNotice(broker, identity, new At(new Stage.Enrolling(), ""));
    assertThat(broker.filter).isEqualTo("ioto/device/X7/provision/release");

    broker.handler.handle(new Message("ioto/device/X7/provision/release", "123"));
    assertThat(asked).containsExactly("wake");
    notice.close();
    assertThat(broker.filter).isEmpty();
  }

  private static final class Broker implements Connection {
    String filter = "";
    Handler handler = _ -> {};

    @Override
    public Subscription subscribe(String filter, Handler handler) {
      this.filter = filter;
      this.handler = handler;
      return new Subscription() {
        @Override
        public String filter() {
          return filter;
        }

        @Override
        public void close() {
          Broker.this.filter = "";
        }
      };
    }

    @Override
    public void publish(Message message) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Message request(String topic, byte[] payload, Duration timeout) {
      throw new UnsupportedOperationException();
    }
  }
}
