// SPDX-License-Identifier: Apache-2.0
package io.ioto.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ioto.api.db.Db;
import io.ioto.api.db.Field;
import io.ioto.api.db.Item;
import io.ioto.api.db.Model;
import io.ioto.api.db.Query;
import io.ioto.json.Mapper;
import jakarta.servlet.Servlet;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.felix.webconsole.servlet.ServletConstants;
import org.apache.felix.webconsole.spi.SecurityProvider;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/// Shows how the database is, its models and, page by page, their items without hidden fields.
@Component(
    service = Servlet.class,
    configurationPolicy = ConfigurationPolicy.IGNORE,
    property = {
      ServletConstants.PLUGIN_LABEL + "=database",
      ServletConstants.PLUGIN_TITLE + "=Database",
      ServletConstants.PLUGIN_CATEGORY + "=Ioto"
    })
@SuppressWarnings("serial")
public final class DatabasePage extends Frame {
  /// Items of a page.
  static final int ITEMS = 25;

  /// Fields of an item that are shown.
  static final int FIELDS = 30;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile @Nullable Db db;

  private final ObjectMapper json = Mapper.create();

  /// @param login not used: the page is there only while the login is
  @Activate
  public DatabasePage(
      @Reference(target = "(component.name=io.ioto.console.Login)") SecurityProvider login) {
    this(InstantSource.system());
  }

  DatabasePage(InstantSource clock) {
    super(clock);
  }

  @Override
  void write(Html html, Map<String, String> parameters) {
    var present = db;
    if (present == null) {
      html.summary("There is no database in this gateway at present.");
      return;
    }
    var name = parameters.getOrDefault("model", "");
    if (name.isEmpty()) {
      health(html, present);
      return;
    }
    var back = new Html.Link("All models", Map.of());
    var model = present.model(name);
    if (model.isEmpty()) {
      html.summary("There is no model '%s'.".formatted(name)).links(List.of(back));
      return;
    }
    items(html, present, model.get(), parameters.getOrDefault("next", ""), back);
  }

  private static void health(Html html, Db db) {
    var status = db.status();
    html.summary(
        status.writable()
            ? "The database is well."
            : "The disk refuses writes; reads go on, and writes will when it takes them again.");
    html.facts("Database")
        .fact("Takes writes", status.writable() ? "yes" : "no")
        .fact("Trouble", status.trouble().isEmpty() ? "none" : status.trouble())
        .fact("Items", Html.number(status.items()))
        .fact("Size of the items", Html.number(status.bytes()) + " bytes")
        .fact("Size of the journal", Html.number(status.journal()) + " bytes")
        .fact("Last commit", Html.number(status.sequence()))
        .end();
    html.table(List.of("Model", "Items", "Synchronised", "Fields"));
    var now = db.snapshot();
    for (var model : db.models()) {
      html.row(
          List.of(
              new Html.Link(model.name(), Map.of("model", model.name())),
              new Html.Text(Html.number(now.count(Query.of(model.name())))),
              new Html.Text(model.sync().name().toLowerCase(Locale.ROOT)),
              new Html.Text(
                  shown(model).stream().map(Field::name).collect(Collectors.joining(", ")))));
    }
    html.end();
  }

  private void items(Html html, Db db, Model model, String next, Html.Link back) {
    var page = db.find(Query.of(model.name()).limit(ITEMS).next(next.isEmpty() ? null : next));
    html.summary(
        "%s: %d items%s."
            .formatted(
                model.name(), page.items().size(), page.next() == null ? "" : "; more follow"));
    var fields = shown(model);
    var heads = new ArrayList<>(fields.stream().map(Field::name).toList());
    heads.addAll(List.of("(changed)", "(by)"));
    html.table(heads);
    page.items().forEach(item -> html.row(cells(fields, item)));
    html.end();
    var links = new ArrayList<Html.Link>(List.of(back));
    if (!next.isEmpty()) {
      links.add(new Html.Link("From the beginning", Map.of("model", model.name())));
    }
    if (page.next() != null) {
      links.add(new Html.Link("Next", Map.of("model", model.name(), "next", page.next())));
    }
    html.links(links);
  }

  private List<Html.Cell> cells(List<Field> fields, Item item) {
    var cells = new ArrayList<Html.Cell>();
    for (var field : fields) {
      cells.add(new Html.Text(text(item.values().get(field.name()))));
    }
    cells.add(new Html.Text(Html.time(item.stamp().instant())));
    cells.add(new Html.Text(item.origin().name().toLowerCase(Locale.ROOT)));
    return cells;
  }

  private String text(@Nullable Object value) {
    return switch (value) {
      case null -> "";
      case Map<?, ?> map -> print(map);
      case List<?> list -> print(list);
      default -> value.toString();
    };
  }

  private String print(Object value) {
    try {
      return json.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an item holds what JSON cannot", e);
    }
  }

  private static List<Field> shown(Model model) {
    return model.fields().stream()
        .filter(f -> !f.hidden() && !f.name().startsWith("_"))
        .limit(FIELDS)
        .toList();
  }
}
