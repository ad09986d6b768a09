// SPDX-License-Identifier: Apache-2.0
package io.ioto.itests;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.testing.Eventually;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.opentest4j.TestAbortedException;

/// A person at headless Chromium. Whatever is looked for is waited for.
final class Browser implements AutoCloseable {
  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ChromeDriver driver;
  private final Path screens;
  private final Map<String, String> windows = new HashMap<>();

  private Browser(ChromeDriver driver, Path screens) {
    this.driver = driver;
    this.screens = screens;
  }

  /// @param screens folder of the screenshots
  /// @throws TestAbortedException when Chromium is not installed and cannot be
  static Browser open(Path screens) throws IOException, InterruptedException {
    install();
    Files.createDirectories(screens);
    var options = new ChromeOptions();
    options.setBinary(CHROMIUM.toFile());
    options.addArguments(
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
        "--window-size=1280,800");
    var service = new ChromeDriverService.Builder().usingDriverExecutable(DRIVER.toFile()).build();
    return new Browser(new ChromeDriver(service, options), screens);
  }

  private static void install() throws IOException, InterruptedException {
    if (!installed() && "root".equals(System.getProperty("user.name"))) {
      for (var command :
          List.of(
              List.of("apt-get", "update"),
              List.of(
                  "apt-get",
                  "install",
                  "-y",
                  "--no-install-recommends",
                  "chromium",
                  "chromium-driver"))) {
        var process =
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.waitFor();
      }
    }
    if (!installed()) {
      throw new TestAbortedException("needs Chromium: apt-get install chromium chromium-driver");
    }
  }

  private static boolean installed() {
    return Files.isExecutable(CHROMIUM) && Files.isExecutable(DRIVER);
  }

  void go(URI page) {
    driver.get(page.toString());
  }

  /// Sizes the window.
  void size(int width, int height) {
    driver.manage().window().setSize(new Dimension(width, height));
  }

  void click(String css) {
    trying(() -> find(css).click());
  }

  /// Clicks what carries exactly this text.
  void clickText(String element, String text) {
    trying(
        () ->
            driver
                .findElement(By.xpath("//%s[normalize-space(.)='%s']".formatted(element, text)))
                .click());
  }

  /// Fills a field anew.
  void fill(String css, String text) {
    fill(By.cssSelector(css), text);
  }

  /// Fills the field with this label anew.
  void fillLabelled(String label, String text) {
    fill(By.xpath("//*[@id=//label[normalize-space(.)='%s']/@for]".formatted(label)), text);
  }

  private void fill(By field, String text) {
    trying(
        () -> {
          var found = driver.findElement(field);
          found.sendKeys(Keys.chord(Keys.CONTROL, "a"), text);
          assertThat(found.getDomProperty("value")).isEqualTo(text);
        });
  }

  void enter(String css) {
    trying(() -> find(css).sendKeys(Keys.ENTER));
  }

  /// Goes to another window, made when it is named for the first time.
  void window(String name) {
    var known = windows.get(name);
    if (known == null) {
      if (!windows.isEmpty()) {
        driver.switchTo().newWindow(WindowType.TAB);
      }
      windows.put(name, driver.getWindowHandle());
    } else {
      driver.switchTo().window(known);
    }
  }

  String text(String css) {
    return find(css).getText();
  }

  @Nullable String value(String css) {
    return find(css).getDomProperty("value");
  }

  String title() {
    return Objects.requireNonNull(driver.getTitle());
  }

  /// Waits until an assertion about the page holds; one that changes under the reader is read
  /// again.
  void await(Eventually.Assertion assertion) {
    await(PATIENCE, assertion);
  }

  void await(Duration patience, Eventually.Assertion assertion) {
    Eventually.eventually(patience, assertion);
  }

  private void trying(Eventually.Assertion action) {
    await(
        () -> {
          try {
            action.check();
          } catch (WebDriverException e) {
            throw new AssertionError(e.getRawMessage(), e);
          }
        });
  }

  private WebElement find(String css) {
    return driver.findElement(By.cssSelector(css));
  }

  /// What the page complained of since it was last asked.
  List<String> complaints() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .filter(entry -> entry.getLevel().intValue() >= Level.SEVERE.intValue())
        .map(LogEntry::getMessage)
        .toList();
  }

  /// Keeps a picture of the window.
  void screenshot(String name) throws IOException {
    Files.write(screens.resolve(name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
  }

  @Override
  public void close() {
    driver.quit();
  }
}
