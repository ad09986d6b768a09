// SPDX-License-Identifier: Apache-2.0
package io.ioto.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ioto.api.control.Command;
import io.ioto.api.control.CommandRequest;
import io.ioto.api.runtime.Readiness;
import io.ioto.api.web.Listener;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/// `GET /status`: what runs, whether all of it does, and where it can be reached.
@Component(service = Command.class, property = Command.ROUTE + "=GET /status")
public final class StatusCommand implements Command {
  /// A bundle that was deployed is named by its hash in the content store.
  private static final Pattern STORED = Pattern.compile("/store/sha256/../([0-9a-f]{64})\\.jar$");

  private final BundleContext context;

  @Activate
  public StatusCommand(BundleContext context) {
    this.context = context;
  }

  @Override
  public JsonNode run(CommandRequest request) {
    var missing = missing();
    var status = JsonNodeFactory.instance.objectNode();
    status.put("name", "ioto");
    status.put("version", context.getProperty("ioto.version"));
    status.put("pid", ProcessHandle.current().pid());
    status.put("startedAt", started().toString());
    status.put("state", missing.isEmpty() ? "ready" : "starting");
    missing.forEach(status.putArray("missing")::add);
    var bundles = status.putArray("bundles");
    for (var bundle : context.getBundles()) {
      bundles.add(describe(bundle));
    }
    urls().forEach(status.putArray("urls")::add);
    var memory = Runtime.getRuntime();
    status
        .putObject("memory")
        .put("heapUsed", memory.totalMemory() - memory.freeMemory())
        .put("heapCommitted", memory.totalMemory());
    return status;
  }

  private List<String> missing() {
    var said = each(Readiness.class, Readiness::missing);
    return said.isEmpty() ? List.of("the readiness service") : said.getFirst();
  }

  private List<String> urls() {
    return each(Listener.class, l -> l.url().toString());
  }

  /// What every service of a type says, the one that is preferred first.
  private <S, T> List<T> each(Class<S> type, Function<S, T> question) {
    var answers = new ArrayList<T>();
    try {
      for (var reference :
          context.getServiceReferences(type, null).stream().sorted().toList().reversed()) {
        var service = context.getService(reference);
        if (service != null) {
          try {
            answers.add(question.apply(service));
          } finally {
            context.ungetService(reference);
          }
        }
      }
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException(e);
    }
    return answers;
  }

  private Instant started() {
    var started = context.getProperty("ioto.started");
    return started != null
        ? Instant.ofEpochMilli(Long.parseLong(started))
        : ProcessHandle.current().info().startInstant().orElse(Instant.EPOCH);
  }

  private static ObjectNode describe(Bundle bundle) {
    var node = JsonNodeFactory.instance.objectNode();
    node.put("id", bundle.getBundleId());
    node.put("name", bundle.getSymbolicName());
    node.put("version", bundle.getVersion().toString());
    node.put("state", state(bundle));
    var stored = STORED.matcher(bundle.getLocation());
    if (stored.find()) {
      node.put("sha256", stored.group(1));
    }
    return node;
  }

  private static String state(Bundle bundle) {
    return switch (bundle.getState()) {
      case Bundle.UNINSTALLED -> "uninstalled";
      case Bundle.INSTALLED -> "installed";
      case Bundle.RESOLVED -> "resolved";
      // One that is lazy becomes active with the first class that is loaded from it.
      case Bundle.STARTING -> lazy(bundle) ? "lazy" : "starting";
      case Bundle.STOPPING -> "stopping";
      default -> "active";
    };
  }

  private static boolean lazy(Bundle bundle) {
    var policy = bundle.getHeaders("").get(Constants.BUNDLE_ACTIVATIONPOLICY);
    return policy != null && policy.startsWith(Constants.ACTIVATION_LAZY);
  }
}
