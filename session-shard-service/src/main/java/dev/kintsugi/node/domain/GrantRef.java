package dev.kintsugi.node.domain;

import dev.kintsugi.core.ApplicationId;

/**
 * What a grant is found by at the token service.
 *
 * @param id the application's name for it
 */
public record GrantRef(ApplicationId application, String id) {

  @Override
  public String toString() {
    return application + "/" + id;
  }
}
