// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.dto.BundleDTO;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.ReferenceDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;
import org.osgi.util.promise.Promise;

/// A component runtime that knows what it was told.
final class FakeComponents implements ServiceComponentRuntime {
  private final Map<ComponentDescriptionDTO, List<ComponentConfigurationDTO>> components =
      new HashMap<>();

  /// Adds a component that offers the service `io.ioto.it.NAME` and takes the configuration
  /// `io.ioto.NAME`.
  ComponentDescriptionDTO add(Bundle bundle, String name, @Nullable Integer state) {
    var description = new ComponentDescriptionDTO();
    description.name = name;
    description.bundle = new BundleDTO();
    description.bundle.id = bundle.getBundleId();
    description.defaultEnabled = true;
    description.serviceInterfaces = new String[] {"io.ioto.it." + name};
    description.configurationPid = new String[] {"io.ioto." + name};
    description.configurationPolicy = "require";
    description.references = new ReferenceDTO[0];
    var configurations = new ArrayList<ComponentConfigurationDTO>();
    if (state != null) {
      var configuration = new ComponentConfigurationDTO();
      configuration.state = state;
      configurations.add(configuration);
    }
    components.put(description, configurations);
    return description;
  }

  /// Adds a component which waits for a service `io.ioto.it.WANTED`.
  void waiting(Bundle bundle, String name, String wanted, @Nullable String target) {
    var description = add(bundle, name, ComponentConfigurationDTO.UNSATISFIED_REFERENCE);
    var reference = new ReferenceDTO();
    reference.name = wanted;
    reference.interfaceName = "io.ioto.it." + wanted;
    description.references = new ReferenceDTO[] {reference};
    var lacking = new UnsatisfiedReferenceDTO();
    lacking.name = wanted;
    lacking.target = target;
    only(description).unsatisfiedReferences = new UnsatisfiedReferenceDTO[] {lacking};
  }

  /// Adds a component whose activation failed.
  void failing(Bundle bundle, String name, String failure) {
    var description = add(bundle, name, ComponentConfigurationDTO.FAILED_ACTIVATION);
    only(description).failure = failure;
  }

  private ComponentConfigurationDTO only(ComponentDescriptionDTO description) {
    return components.getOrDefault(description, List.of()).getFirst();
  }

  /// As the real one, hands out other objects each time.
  private static ComponentDescriptionDTO copy(ComponentDescriptionDTO description) {
    var copy = new ComponentDescriptionDTO();
    copy.name = description.name;
    copy.bundle = description.bundle;
    copy.defaultEnabled = description.defaultEnabled;
    copy.serviceInterfaces = description.serviceInterfaces;
    copy.configurationPid = description.configurationPid;
    copy.configurationPolicy = description.configurationPolicy;
    copy.references = description.references;
    return copy;
  }

  private static ComponentConfigurationDTO copy(ComponentConfigurationDTO configuration) {
    var copy = new ComponentConfigurationDTO();
    copy.id = configuration.id;
    copy.state = configuration.state;
    copy.unsatisfiedReferences = configuration.unsatisfiedReferences;
    copy.failure = configuration.failure;
    return copy;
  }

  @Override
  public Collection<ComponentDescriptionDTO> getComponentDescriptionDTOs(Bundle... bundles) {
    return components.keySet().stream()
        .filter(
            d ->
                bundles.length == 0
                    || Arrays.stream(bundles).anyMatch(b -> b.getBundleId() == d.bundle.id))
        .map(FakeComponents::copy)
        .toList();
  }

  @Override
  public Collection<ComponentConfigurationDTO> getComponentConfigurationDTOs(
      ComponentDescriptionDTO description) {
    return components.entrySet().stream()
        .filter(
            e ->
                e.getKey().name.equals(description.name)
                    && e.getKey().bundle.id == description.bundle.id)
        .flatMap(e -> e.getValue().stream())
        .map(FakeComponents::copy)
        .toList();
  }

  @Override
  public boolean isComponentEnabled(ComponentDescriptionDTO description) {
    return description.defaultEnabled;
  }

  @Override
  public ComponentDescriptionDTO getComponentDescriptionDTO(Bundle bundle, String name) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Promise<Void> enableComponent(ComponentDescriptionDTO description) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Promise<Void> disableComponent(ComponentDescriptionDTO description) {
    throw new UnsupportedOperationException();
  }
}
