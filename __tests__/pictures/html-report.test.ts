import { createHash } from "node:crypto";
import { expect, it } from "@jest/globals";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { renderHtml } from "../../src/report/render/html.ts";
import { script, scriptDigest } from "../../src/report/render/html-script.ts";
import type { Pictured } from "../support/pictured.ts";
import { openHtml } from "./browser.ts";
import { minutes, useBrowser, whereBrowser } from "./use-browser.ts";

it("the policy of the HTML report names its script by the script's own digest", () => {
  expect(scriptDigest).toBe(`sha256-${createHash("sha256").update(script).digest("base64")}`);
});

const names = [
  ...["training", "sweep", "pipeline", "deployment", "plan", "failed-apply", "doctor", "problems"],
] as const as readonly Pictured[];

whereBrowser("the HTML report", () => {
  const { browser, reportFor } = useBrowser();

  const textOf = (name: Pictured) => renderHtml(reportFor(name));
  const open = (name: Pictured, width = 1000) => openHtml(browser(), textOf(name), { width, theme: "light" });

  it.each(names)(
    "has nothing that axe finds wrong by WCAG AA, in light and in dark, with every fold open: %s",
    async (name) => {
      const { page, complaints } = await open(name);
      await page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true");
      await page.evaluate(axe.source);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        const found = await page.evaluate<axe.AxeResults>("axe.run()");
        const violations = found.violations.map(({ id, nodes }) => ({ id, at: nodes.map(({ html }) => html) }));
        expect({ colorScheme, violations }).toEqual({ colorScheme, violations: [] });
        // It has looked: contrast can only be measured in what is drawn.
        expect(found.passes.map(({ id }) => id)).toContain("color-contrast");
      }
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    3 * minutes,
  );

  it.each(names)("is no wider than a phone: %s", async (name) => {
    const { page } = await open(name, 360);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
    await page.context().close();
  });

  const firstCells = (page: Page, column: number) =>
    page.evaluate<string[]>(
      `[...document.querySelectorAll("table[data-sort] tbody tr")].map((row) => row.cells[${column}].textContent)`,
    );

  it("sorts trials by a column, with the keyboard, and keeps those without a value at the end", async () => {
    const { page, complaints } = await open("sweep");
    const accuracy = page.getByRole("button", { name: "accuracy" });
    await accuracy.focus();
    await page.keyboard.press("Enter");
    const head = page.locator("th", { hasText: "accuracy" });
    expect(await head.getAttribute("aria-sort")).toBe("ascending");
    const up = await firstCells(page, 6);
    expect(up.at(-1)).toBe("not logged");
    const numbers = up.slice(0, -1).map(Number);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));

    await page.keyboard.press("Space");

    expect(await head.getAttribute("aria-sort")).toBe("descending");
    const down = await firstCells(page, 6);
    expect(down.at(-1)).toBe("not logged");
    expect(down.slice(0, -1)).toEqual(up.slice(0, -1).toReversed());
    // By length of time, and not by the words for it.
    await page.getByRole("button", { name: "Duration" }).click();
    const seconds = (await firstCells(page, 7)).map((text) => {
      const [, min = "0", s = "0"] = /(\d+) min (\d+) s/.exec(text) ?? [];
      return Number(min) * 60 + Number(s);
    });
    expect(seconds).toEqual([...seconds].sort((a, b) => a - b));
    expect(await head.getAttribute("aria-sort")).toBeNull();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("searches long tables, says how many rows are left, and forgets nothing", async () => {
    const { page } = await open("sweep");
    const rows = page.locator("table[data-search] tbody tr:visible");
    expect(await rows.count()).toBe(24);
    await page.getByRole("searchbox", { name: "Search the table" }).fill("adam failed");
    expect(await rows.count()).toBe(1);
    expect(await page.getByRole("status").textContent()).toBe("1 of 24 shown");
    await page.getByRole("searchbox").fill("");
    expect(await rows.count()).toBe(24);
    await page.context().close();
  });

  it("says everything where no script runs, and shows no control that does nothing", async () => {
    const context = await browser().newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.setContent(textOf("sweep"));
    expect(await page.locator("tbody tr:visible").count()).toBeGreaterThanOrEqual(24);
    expect(await page.locator("button, input").count()).toBe(0);
    await context.close();
  });

  it("has no script where no table needs one", () => {
    expect(textOf("failed-apply")).not.toContain("<script");
    expect(textOf("failed-apply")).not.toContain("script-src");
  });

  it("runs no script but its own", async () => {
    const injected = textOf("sweep").replace("</main>", "</main><script>document.title = 'taken over'</script>");
    const { page, complaints } = await openHtml(browser(), injected, { width: 1000, theme: "light" });
    expect(await page.title()).not.toBe("taken over");
    expect(complaints.join("\n")).toContain("Content Security Policy");
    await page.context().close();
  });

  it("begins with a link past the list of its parts, for whoever uses the keyboard", async () => {
    const { page } = await open("training");
    await page.keyboard.press("Tab");
    const link = page.getByRole("link", { name: "Skip to the report" });
    expect(await page.evaluate("document.activeElement.className")).toBe("skip");
    expect((await link.boundingBox())?.x).toBeGreaterThanOrEqual(0);
    await page.context().close();
  });

  it("is printed with what is folded, and without what is for the screen", async () => {
    const { page } = await open("training");
    await page.emulateMedia({ media: "print" });
    expect(await page.getByText("curl 'https://digits").isVisible()).toBe(true);
    expect(await page.getByRole("navigation").isVisible()).toBe(false);
    await page.context().close();
  });
});
