import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { marked } from "marked";
import { fence, html, inline, link } from "../../src/report/render/escape.ts";

const hostile = fc.string({
  unit: fc.constantFrom(
    "<",
    ">",
    "&",
    "|",
    "`",
    "*",
    "_",
    "[",
    "]",
    "(",
    ")",
    "!",
    "#",
    "@",
    "\n",
    "\r",
    "~",
    "-",
    "=",
    "+",
    "1.",
    ":",
    "\\",
    "a",
    " ",
    "http://x.y",
    "<!--",
    "</td>",
    "\u202e",
    "\u0000",
    "$",
    "{",
    "}",
  ),
});
const allowedTags = /<\/?(table|thead|tbody|tr|th|td|p)( align="[a-z]+")?>|\n/g;

describe("text that stems from elsewhere", () => {
  it("stays text in a table cell: no tag, no link, no further cell or row", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const rendered = marked.parse(`| a | b |\n| --- | --- |\n| ${inline(text)} | end |\n`, {
          gfm: true,
          async: false,
        });
        expect(rendered.match(/<td/g)).toHaveLength(2);
        expect(rendered.replaceAll(allowedTags, " ")).not.toMatch(/<|@(?=[\w-])/);
      }),
      { numRuns: 1000 },
    );
  });

  it("stays text at the start of a line", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const rendered = marked.parse(`x ${inline(text)}\n`, { gfm: true, async: false });
        expect(rendered.replaceAll(allowedTags, "")).not.toMatch(/</);
      }),
    );
  });

  it("cannot close the fence that it stands in", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const rendered = marked.parse(`${fence(text)}\n\nafter\n`, { gfm: true, async: false });
        expect(rendered.match(/<pre>/g)).toHaveLength(1);
        expect(rendered.trim().endsWith("<p>after</p>")).toBe(true);
      }),
    );
  });

  it("cannot become HTML", () => {
    fc.assert(fc.property(hostile, (text) => expect(html(text)).not.toMatch(/[<>"']/)));
  });

  it.each(["javascript:alert(1)", "http://insecure.example", "not an address"])(
    "is not a link when its address is %s",
    (address) => {
      expect(link("run", address)).toBe("run");
    },
  );
});
