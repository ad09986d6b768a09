// SPDX-License-Identifier: Apache-2.0
package io.ioto.control;

import java.io.IOException;
import java.nio.file.Path;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens the control socket and answers on it for as long as it lives.
@Component(
    service = {},
    configurationPid = "io.ioto.control",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class Control {
  /// The section `control` of the configuration.
  public @interface Config {
    long limits_body();

    long limits_header();

    int limits_connections();

    long drain();

    long idle();
  }

  private static final Logger log = LoggerFactory.getLogger(Control.class);

  private final BundleContext context;
  private final Switchboard switchboard;
  private final Server server;

  /// @throws IOException when the socket cannot be opened
  @Activate
  public Control(BundleContext context, Config config) throws IOException {
    this(
        context,
        Path.of(context.getProperty("ioto.state")),
        Settings.of(config, "false".equals(context.getProperty("ioto.timeouts"))));
  }

  Control(BundleContext context, Path state, Settings settings) throws IOException {
    this.context = context;
    var socket = ControlSocket.open(state);
    switchboard = new Switchboard(context, settings.drain());
    server = new Server(socket, switchboard, settings);
    log.debug("control socket {}", socket.path());
  }

  /// Lets running commands finish, for as long as `drain` says. When everything ends, those that
  /// wait for a bundle which has stopped already are refused at once.
  @Deactivate
  public void close() throws IOException {
    close(context.getBundle(Constants.SYSTEM_BUNDLE_ID).getState() == Bundle.STOPPING);
  }

  /// Commands that wait for somebody to answer them.
  long waiting() {
    return server.waiting();
  }

  void close(boolean last) throws IOException {
    server.close(last);
    switchboard.close();
  }
}
