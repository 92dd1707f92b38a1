import { describe, expect, it } from "@jest/globals";
import { messagesIn, messagesOfSources, type Message } from "./support/messages.ts";

/** What reads as translated, or is not the field's word, each with what to write in its place. */
const rules: readonly { readonly what: string; readonly found: RegExp; readonly write: string }[] = [
  {
    what: "is no X",
    found: /(?<!\b[Tt]here )\b(?:is|are|was|were) (?:no|none)\b(?! (?:longer|more than)\b)/,
    write: "is not a X; there is no X",
  },
  { what: "no X any more", found: /\bno \w+(?: \S+){0,6} any ?more\b/, write: "no longer" },
  { what: "anew", found: /\banew\b/i, write: "again" },
  { what: "likewise", found: /\blikewise\b/i, write: "too" },
  { what: "mend", found: /\bmend(?:s|ed|ing)?\b/i, write: "fix, repair" },
  { what: "goes on", found: /\b(?:go|goes|going|went) on\b/, write: "continues, is still running" },
  { what: "comes about", found: /\b(?:come|comes|came|coming) (?:about|of it)\b/, write: "is created; the result" },
  { what: "is told", found: /\b(?:is|are|was|were) told\b/, write: "is reported" },
  { what: "is to be had", found: /\bto be had\b/, write: "is available" },
  { what: "stands", found: /\bstand(?:s|ing)?\b(?! for\b)/, write: "is" },
  { what: "lies", found: /\blies?\b/, write: "is" },
  { what: "is not there", found: /\bis not there\b/, write: "does not exist, is not available" },
  { what: "leads nowhere", found: /\bleads? nowhere\b/, write: "does not exist" },
  { what: "goes with", found: /\bgo(?:es)? with\b/, write: "is valid for" },
  { what: "takes for", found: /\btakes? [^.,;:]{1,30} for (?:text|braces)\b/, write: "reads as" },
  { what: "which … which", found: /\bwhich\b[^.;:]{0,80}, which\b/, write: "two sentences" },
  { what: "old words", found: /\b(?:thereof|wherein|hitherto|gravity|graver)\b/i, write: "plain words" },
];

/** Texts that a rule finds and that are right, each with why. */
const exceptions: Readonly<Record<string, string>> = {
  "Go on as blue-green; else the new one stays at 0 %.": "an imperative, of the key promote",
};

function faultsOf(messages: readonly Message[]): readonly string[] {
  return messages.flatMap(({ file, line, text }) =>
    text in exceptions
      ? []
      : rules.flatMap(({ what, found, write }) =>
          found.test(text) ? [`${file}:${line}: "${what}" in "${text}". Write: ${write}.`] : [],
        ),
  );
}

const messages = messagesOfSources();

describe("Messages", () => {
  it("are found in the sources", () => {
    expect(messages.length).toBeGreaterThan(3000);
  });

  it("use the field's words, and English that reads as written", () => {
    expect(faultsOf(messages)).toEqual([]);
  });
});

describe("A message that breaks the word list", () => {
  it.each([
    ["is no X", 'const a = "The text is no address.";'],
    ["is no X", "const a = `${value} and it is none of them`;"],
    ["anew", 'const a = "The run is submitted anew.";'],
    ["goes on", "const a = `The run ${name} goes on in Azure.`;"],
    ["no X any more", "const a = `There is no compute ${name} any more.`;"],
    ["which … which", 'const a = "The key, which is old, names a file, which is gone.";'],
  ])("is found: %s", (what, source) => {
    expect(faultsOf(messagesIn("src/a.ts", source))).toEqual([expect.stringContaining(`"${what}"`)]);
  });

  it.each([
    'const a = "There is no workspace of that name.";',
    'const a = "The run is no longer there.";',
    '// The text is no address.\nimport "./goes on anew.ts";',
  ])("is not seen in %s", (source) => {
    expect(faultsOf(messagesIn("src/a.ts", source))).toEqual([]);
  });
});
