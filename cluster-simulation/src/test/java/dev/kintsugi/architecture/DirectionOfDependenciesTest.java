package dev.kintsugi.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** {@code app → adapter → runtime → domain → shard-core}; nothing points back. */
@AnalyzeClasses(packages = "dev.kintsugi", importOptions = ImportOption.DoNotIncludeTests.class)
final class DirectionOfDependenciesTest {

  @ArchTest
  static final ArchRule the_domain_knows_only_java_and_shard_core =
      classes()
          .that()
          .resideInAPackage("dev.kintsugi.(*).domain..")
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage(
                  "java.lang..",
                  "java.util..",
                  "java.time..",
                  "java.math..",
                  "java.net",
                  "java.nio..",
                  "java.security",
                  "org.jspecify..",
                  "dev.kintsugi.core..",
                  "dev.kintsugi.*.domain.."));

  @ArchTest
  static final ArchRule the_domain_reads_no_clock_draws_no_chance_and_starts_no_thread =
      noClasses()
          .that()
          .resideInAPackage("dev.kintsugi.(*).domain..")
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(UUID.class, "randomUUID")
          .orShould()
          .callMethod(Math.class, "random")
          .orShould()
          .dependOnClassesThat()
          .belongToAnyOf(
              Clock.class, SecureRandom.class, ThreadLocalRandom.class, Random.class, Thread.class);

  @ArchTest
  static final ArchRule runtime_knows_neither_adapters_nor_the_app =
      noClasses()
          .that()
          .resideInAPackage("dev.kintsugi.(*).runtime..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.kintsugi.*.adapter..", "dev.kintsugi.*.app..")
          .orShould()
          .dependOnClassesThat()
          .resideInAnyPackage("org.springframework..", "org.apache.kafka..");

  @ArchTest
  static final ArchRule adapters_do_not_know_the_app =
      noClasses()
          .that()
          .resideInAPackage("dev.kintsugi.(*).adapter..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.kintsugi.*.app..");

  /** All but the codecs in {@code adapter.proto}, which several adapters need. */
  @ArchTest
  static final ArchRule adapters_do_not_see_each_other =
      slices()
          .matching("dev.kintsugi.(*).adapter.(*)..")
          .should()
          .notDependOnEachOther()
          .ignoreDependency(
              resideInAPackage("dev.kintsugi.*.adapter.."),
              resideInAPackage("dev.kintsugi.*.adapter.proto.."));

  @ArchTest
  static final ArchRule there_are_no_cycles =
      slices().matching("dev.kintsugi.(*).(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule what_users_take_into_their_apps_knows_no_framework =
      noClasses()
          .that()
          .resideInAnyPackage(
              "dev.kintsugi.core..", "dev.kintsugi.client..", "dev.kintsugi.trace..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.springframework..", "org.apache.kafka..", "com.google.protobuf..");

  @ArchTest
  static final ArchRule kafka_is_known_to_the_log_module_and_to_kafka_adapters_only =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "dev.kintsugi.log..", "dev.kintsugi.*.adapter.kafka..", "dev.kintsugi.local..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.kafka..");
}
