// SPDX-License-Identifier: Apache-2.0
package io.ioto.console;

import io.ioto.api.web.Page;
import org.apache.felix.webconsole.spi.SecurityProvider;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;

/// Tells people where the console is, while they can log in to it.
@Component(
    service = Page.class,
    configurationPid = "io.ioto.console",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class ConsolePage implements Page {
  /// @param login not used: the page is there only while the login is
  @Activate
  public ConsolePage(
      @Reference(target = "(component.name=io.ioto.console.Login)") SecurityProvider login) {}

  @Override
  public String title() {
    return "Web Console";
  }

  @Override
  public String path() {
    return "/system/console";
  }
}
