import { expect, it } from "@jest/globals";
import fc from "fast-check";
import { inert } from "../../src/github/log.ts";

/** The runner's two rules, read from its ActionCommand: `::` behind white space, and `##[` anywhere. */
const isCommand = (line: string) => line.trimStart().startsWith("::") || line.includes("##[");

it("lets no text be taken for a workflow command, and changes nothing that can be seen", () => {
  const text = fc.string({
    unit: fc.constantFrom(
      ":",
      "::",
      "#",
      "##[",
      "[",
      " ",
      "\t",
      "\n",
      "\r",
      "a",
      "error",
      "\u2028",
      "\u0085",
      "\u001b[31m",
      "\u00a0",
      "\u0007",
    ),
  });
  fc.assert(
    fc.property(text, (value) => {
      const lines = inert(value).split(/\r\n|\r|\n/);
      expect(lines.some(isCommand)).toBe(false);
      expect(inert("plain: text ::here:: # [x]")).toBe("plain: text ::here:: # [x]");
    }),
    { numRuns: 500 },
  );
});
