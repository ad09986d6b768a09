// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud;

import io.ioto.api.tls.Tls;
import io.ioto.api.web.Listener;
import io.ioto.json.Durable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Says how the first device and the first release come to this cloud: makes a product at the first
/// start, and tells its token, which is kept in the state folder, together with the address, once
/// there is one that devices may use. Made anew when listeners come.
@Component(service = {})
public final class Welcome {
  private static final Logger log = LoggerFactory.getLogger(Welcome.class);

  @Activate
  public Welcome(
      @Reference Registry registry,
      @Reference Publisher publisher,
      @Reference Tls tls,
      @Reference(
              cardinality = ReferenceCardinality.AT_LEAST_ONE,
              policyOption = ReferencePolicyOption.GREEDY)
          List<Listener> listeners,
      BundleContext context) {
    var file = Path.of(context.getProperty("ioto.state"), "cloud", "product");
    try {
      if (!registry.anyProduct()) {
        // On the disk first: a token that is registered and not known helps nobody.
        var token = Tokens.fresh();
        Durable.write(file, token.getBytes(StandardCharsets.UTF_8));
        registry.product("default", token);
      }
      var token = Files.exists(file) ? Files.readString(file).strip() : "TOKEN";
      listeners.stream()
          .map(Listener::url)
          .filter(url -> url.getScheme().equals("https"))
          .findFirst()
          .map(url -> "%s#%s".formatted(url.toString().replaceFirst("/$", ""), tls.fingerprint()))
          .ifPresent(
              address -> {
                log.info("Devices register with: --cloud {} --product {}", address, token);
                log.info(
                    "Releases are published with: --cloud {} --token-file {}",
                    address,
                    publisher.file());
              });
    } catch (IOException e) {
      throw new UncheckedIOException("the first product's token cannot be kept in " + file, e);
    }
  }
}
