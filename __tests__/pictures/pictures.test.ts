import { expect, it } from "@jest/globals";
import { readdirSync } from "node:fs";
import { renderHtml } from "../../src/report/render/html.ts";
import { markdownSections } from "../../src/report/render/markdown.ts";
import { pictures } from "../support/per-worker.ts";
import type { Pictured } from "../support/pictured.ts";
import { openHtml, openMarkdown, whyNoPictures, type Appearance } from "./browser.ts";
import { approvedFolder } from "./folders.ts";
import { minutes, useBrowser, whereBrowser } from "./use-browser.ts";

type Case = Appearance & { readonly of: Pictured; readonly as: "html" | "summary" };

const desktop = 1000;
const phone = 360;

/** Each result where it is read most, and all that is drawn both in light and in dark. */
const cases: readonly Case[] = [
  { of: "training", as: "html", width: desktop, theme: "light" },
  { of: "training", as: "html", width: desktop, theme: "dark" },
  { of: "training", as: "html", width: phone, theme: "light" },
  { of: "training", as: "summary", width: desktop, theme: "light" },
  { of: "training", as: "summary", width: desktop, theme: "dark" },
  { of: "sweep", as: "html", width: desktop, theme: "light" },
  { of: "sweep", as: "html", width: phone, theme: "dark" },
  { of: "pipeline", as: "html", width: desktop, theme: "dark" },
  { of: "pipeline", as: "summary", width: desktop, theme: "light" },
  { of: "pipeline", as: "summary", width: desktop, theme: "dark" },
  { of: "deployment", as: "html", width: desktop, theme: "light" },
  { of: "deployment", as: "summary", width: desktop, theme: "light" },
  { of: "plan", as: "html", width: desktop, theme: "light" },
  { of: "plan", as: "summary", width: desktop, theme: "light" },
  { of: "failed-apply", as: "html", width: phone, theme: "light" },
  { of: "failed-apply", as: "summary", width: desktop, theme: "light" },
  { of: "doctor", as: "html", width: desktop, theme: "light" },
  { of: "problems", as: "summary", width: desktop, theme: "light" },
];

const nameOf = ({ of, as, width, theme }: Case) => `${of}-${as}-${width === phone ? "phone" : "desktop"}-${theme}`;

const { approve, differenceFrom, readmeName } = await pictures();
const approves = process.env["PICTURES"] === "approve";
if (whyNoPictures !== undefined) console.warn(`The pictures of the report are not compared: ${whyNoPictures}.`);

whereBrowser("the report in a browser", () => {
  const { browser, reportFor } = useBrowser();

  const open = (one: Case) => {
    const report = reportFor(one.of);
    if (one.as === "html") return openHtml(browser(), renderHtml(report), one);
    const text = markdownSections(report)
      .map((section) => section.text)
      .join("\n");
    return openMarkdown(browser(), text, one);
  };

  it.each(cases.map((one) => ({ name: nameOf(one), one })))(
    "looks as it was approved, and asks nobody for anything: $name",
    async ({ name, one }) => {
      const { page, complaints } = await open(one);
      const picture = await page.screenshot({ fullPage: true, animations: "disabled" });
      expect(complaints).toEqual([]);
      if (approves) approve(name, picture);
      expect(differenceFrom(name, picture)).toBeUndefined();
      await page.context().close();
    },
    3 * minutes,
  );

  it(
    "looks in the README as it does",
    async () => {
      const { page } = await open({ of: "training", as: "html", width: 900, theme: "light" });
      // Down to the first row of charts.
      const chart = await page.locator("figure.drawn").first().boundingBox();
      const clip = { x: 0, y: 0, width: 900, height: Math.round((chart?.y ?? 0) + (chart?.height ?? 0)) + 24 };
      const picture = await page.screenshot({ fullPage: true, clip, animations: "disabled" });
      if (approves) approve(readmeName, picture);
      expect(differenceFrom(readmeName, picture)).toBeUndefined();
      await page.context().close();
    },
    3 * minutes,
  );

  it("has no approved picture that nothing is compared with", () => {
    const names = readdirSync(approvedFolder).map((file) => file.replace(/\.png$/, ""));
    expect(names.sort()).toEqual(cases.map(nameOf).sort());
  });
});
