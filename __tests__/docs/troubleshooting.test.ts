import { describe, expect, it } from "@jest/globals";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { failureReasons } from "../../src/report/failure-reasons.ts";
import { messagesOfSources } from "../support/messages.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/troubleshooting.md"), "utf8");
const section = (title: string) => page.split(new RegExp(`^## ${title}$`, "m"))[1]?.split(/^## /m)[0] ?? "";
const produced = messagesOfSources().map(({ text }) => text.replaceAll(/\s+/g, " "));

/** What a quoted message says between the values: `The log … of the run cannot be read` says two things. */
function wordsOf(quote: string): readonly string[] {
  return quote
    .split(/'?…'?/)
    .map((part) => part.trim().replace(/^[,;.] /, ""))
    .filter((part) => part.length > 5);
}

/** The messages in bold at the beginning of the entries. */
const quoted = [...section("Messages of the action").matchAll(/^\*\*((?:(?!\*\*)[^])+)\*\*/gm)].flatMap(
  ([, head = ""]) =>
    [...head.matchAll(/(`{1,2})((?:(?!\1)[^])+)\1/g)].map(([, , quote = ""]) => quote.replaceAll(/\s+/g, " ").trim()),
);

/** What GitHub says where an output of the action was used. */
const ofGitHub = ["Matrix must define at least one vector"];

describe("Troubleshooting", () => {
  it("has messages of the action", () => {
    expect(quoted.length).toBeGreaterThan(50);
  });

  it.each(quoted.filter((quote) => !ofGitHub.includes(quote)))("quotes what the code says: %s", (quote) => {
    const parts = wordsOf(quote);
    expect(parts).not.toEqual([]);
    expect(parts.filter((part) => !produced.some((text) => text.includes(part)))).toEqual([]);
  });

  it("has an entry for every failure reason, and for no other", () => {
    const listed = [...section("By failure reason").matchAll(/^\| <a id="([a-z-]+)">/gm)].map(
      ([, reason = ""]) => reason,
    );
    expect([...listed].sort()).toEqual(Object.keys(failureReasons).sort());
  });

  it("quotes what the code says beside each failure reason", () => {
    const typical = [...section("By failure reason").matchAll(/^\| <a[^|]*\| ([^|]*) \|/gm)].flatMap(([, cell = ""]) =>
      [...cell.matchAll(/`([^`]+)`/g)].map(([, quote = ""]) => quote),
    );
    const ours = typical.filter((quote) => quote.includes(" "));
    expect(ours.length).toBeGreaterThan(25);
    const missing = ours.flatMap(wordsOf).filter((part) => !produced.some((text) => text.includes(part)));
    expect(missing).toEqual([]);
  });
});
