import { afterAll, beforeAll, describe } from "@jest/globals";
import type { Browser } from "playwright-core";
import type { Document } from "../../src/report/document.ts";
import { reportOf } from "../../src/report/report.ts";
import { picturedResults, type Pictured } from "../support/pictured.ts";
import { openBrowser, whyNoPictures } from "./browser.ts";

/** A browser is slow to start and to draw where other tests run beside it. */
export const minutes = 60_000;

export const whereBrowser = whyNoPictures === undefined ? describe : describe.skip;

/** A browser for the tests of a block, and the reports that are looked at in it. */
export function useBrowser(): { readonly browser: () => Browser; readonly reportFor: (name: Pictured) => Document } {
  let browser: Browser;
  let results: Awaited<ReturnType<typeof picturedResults>>;
  beforeAll(async () => {
    [browser, results] = await Promise.all([openBrowser(), picturedResults()]);
  }, 3 * minutes);
  afterAll(() => browser.close());
  return { browser: () => browser, reportFor: (name) => reportOf(results[name]) };
}
