// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/// Who may have a release, and how fast.
///
/// @param enabled false while it is held back from everybody
/// @param policy a [Policy]; empty for all devices whose release is older
/// @param percentage of these devices
/// @param limit most devices; 0 for any number
/// @param rate most devices in a period; 0 for any number
/// @param period in milliseconds
/// @param description for people
record Terms(
    boolean enabled,
    String policy,
    long percentage,
    long limit,
    long rate,
    long period,
    String description) {
  /// Everybody, at once.
  static final Terms ALL = new Terms(true, "", 100, 0, 0, 3_600_000, "");

  /// Nobody, until somebody says who.
  static final Terms NOBODY = new Terms(false, "", 100, 0, 0, 3_600_000, "");

  private static final long MOST = 1_000_000_000L;
  private static final long LONGEST = 366L * 24 * 3_600_000;

  static Terms of(Map<String, Object> values) {
    return new Terms(
        !Boolean.FALSE.equals(values.get("enabled")),
        values.get("policy") instanceof String policy ? policy : "",
        number(values, "percentage", 100),
        number(values, "limit", 0),
        number(values, "rate", 0),
        number(values, "period", ALL.period()),
        values.get("description") instanceof String description ? description : "");
  }

  private static long number(Map<String, Object> values, String name, long otherwise) {
    return values.get(name) instanceof Long number ? number : otherwise;
  }

  Map<String, Object> values() {
    return Map.of(
        "enabled", enabled,
        "policy", policy,
        "percentage", percentage,
        "limit", limit,
        "rate", rate,
        "period", period,
        "description", description);
  }

  /// With what a request says otherwise.
  ///
  /// @throws RegistryException `INVALID` with what is wrong
  Terms changed(JsonNode json) {
    var changed =
        new Terms(
            flag(json, enabled),
            text(json, "policy", policy, Policy.LENGTH),
            number(json, "percentage", percentage, 0, 100),
            number(json, "limit", limit, 0, MOST),
            number(json, "rate", rate, 0, MOST),
            number(json, "period", period, 1, LONGEST),
            text(json, "description", description, 1000));
    if (!changed.policy().isBlank()) {
      try {
        Policy.of(changed.policy());
      } catch (PolicyException e) {
        throw invalid("'policy': " + e.getMessage());
      }
    }
    return changed;
  }

  private static boolean flag(JsonNode json, boolean otherwise) {
    var value = json.path("enabled");
    if (value.isMissingNode()) {
      return otherwise;
    }
    if (!value.isBoolean()) {
      throw invalid("'enabled' is true or false");
    }
    return value.booleanValue();
  }

  private static String text(JsonNode json, String name, String otherwise, int longest) {
    var value = json.path(name);
    if (value.isMissingNode()) {
      return otherwise;
    }
    if (!value.isTextual() || value.textValue().length() > longest) {
      throw invalid("'%s' is a text of at most %d characters".formatted(name, longest));
    }
    return value.textValue().strip();
  }

  private static long number(JsonNode json, String name, long otherwise, long least, long most) {
    var value = json.path(name);
    if (value.isMissingNode()) {
      return otherwise;
    }
    if (!value.isIntegralNumber()
        || !value.canConvertToLong()
        || value.longValue() < least
        || value.longValue() > most) {
      throw invalid("'%s' is a whole number from %d to %d".formatted(name, least, most));
    }
    return value.longValue();
  }

  private static RegistryException invalid(String what) {
    return new RegistryException(RegistryException.Reason.INVALID, what);
  }
}
