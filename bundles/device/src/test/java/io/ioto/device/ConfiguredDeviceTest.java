// SPDX-License-Identifier: Apache-2.0
package io.ioto.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.api.control.CommandException;
import io.ioto.api.control.CommandRequest;
import io.ioto.api.device.Resettable;
import io.ioto.testing.Sections;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfiguredDeviceTest {
  private final Path state;

  ConfiguredDeviceTest(@TempDir Path state) {
    this.state = state;
  }

  private ConfiguredDevice.Config config(String device) {
    return Sections.config(
        ConfiguredDevice.Config.class, "io.ioto.device", state, "{device: %s}".formatted(device));
  }

  private ConfiguredDevice device(String device) {
    return new ConfiguredDevice(state, config(device), _ -> {});
  }

  @Test
  void withoutConfigurationTheIdIsMadeOnceAndForAll() throws IOException {
    var device = device("{}");

    assertThat(device.id()).matches("[0-9A-HJKMNP-TV-Z]{10}");
    assertThat(device.product()).isEmpty();
    assertThat(device.attributes()).isEmpty();
    assertThat(device.state()).isEqualTo(state);
    assertThat(device("{}").id()).isEqualTo(device.id());
    assertThat(device("{id: 'auto'}").id()).isEqualTo(device.id());
    var file = state.resolve("device.json");
    assertThat(file).hasContent("{\"id\":\"%s\"}".formatted(device.id()));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void idsDiffer() throws IOException {
    var ids = new HashSet<String>();
    for (var i = 0; i < 20; i++) {
      ids.add(device("{}").id());
      Files.delete(state.resolve("device.json"));
    }
    assertThat(ids).hasSize(20);
  }

  @Test
  void idThatCannotBeKeptIsNotUsed() {
    var device = config("{}");

    assertThatThrownBy(() -> new ConfiguredDevice(state.resolve("absent"), device, _ -> {}))
        .hasMessageContaining("cannot keep the device id");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{\"id\":", "{}", "{\"id\":\"a/b\"}", "[]"})
  void damagedFileDoesNotMakeAnotherDeviceOfIt(String content) throws IOException {
    Files.writeString(state.resolve("device.json"), content);

    assertThatThrownBy(() -> device("{}"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith(state.resolve("device.json") + ": is damaged (")
        .hasMessageEndingWith("); put the id of the label back, or delete the file for a new one");
    assertThat(state.resolve("device.json")).hasContent(content);
  }

  @Test
  void operatorsIdCounts() {
    assertThat(device("{id: 'lab-7.b_2'}").id()).isEqualTo("lab-7.b_2");
    assertThat(state.resolve("device.json")).doesNotExist();
    assertThatThrownBy(() -> device("{id: 'ioto/+'}"))
        .hasMessageStartingWith("device.id: 'ioto/+'; expected 1 to 23 letters");
  }

  @Test
  void restOfTheDeviceIsToldAsItIs() {
    var device =
        device(
            "{id: 'it', product: 'P1', name: 'pump', floor: 3, hot: true, load: 0.5, tags: ['x']}");

    assertThat(device.product()).contains("P1");
    assertThat(device.attributes())
        .isEqualTo(Map.of("name", "pump", "floor", 3L, "hot", true, "load", 0.5));
  }

  @Test
  void resetCallsAllAndSaysWhatFailed() {
    var called = new ArrayList<String>();
    var device =
        new ConfiguredDevice(
            state,
            config("{id: 'it'}"),
            List.<Resettable>of(
                    () -> called.add("a"),
                    () -> {
                      throw new IOException("no luck");
                    },
                    () -> called.add("c"))
                ::forEach);
    var request = new CommandRequest(Map.of(), new ByteArrayInputStream(new byte[0]), 0);

    assertThatThrownBy(() -> new ResetCommand(device).run(request))
        .isInstanceOf(CommandException.class)
        .hasMessage("the factory reset is not complete; repeat it: java.io.IOException: no luck");
    assertThat(called).containsExactly("a", "c");
    var fine = device("{id: 'it'}");
    assertThat(new ResetCommand(fine).run(request)).hasToString("{\"reset\":true,\"id\":\"it\"}");
  }
}
