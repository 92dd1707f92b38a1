import { describe, expect, it } from "@jest/globals";
import GithubSlugger from "github-slugger";
import { marked, type Token, type Tokens } from "marked";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { documents, root } from "../support/documentation.ts";

/** Every link of the documentation leads somewhere, to the heading that it names. */
type Link = { readonly href: string; readonly text: string };

function linksOf(markdown: string): readonly Link[] {
  const links: Link[] = [];
  void marked.walkTokens(marked.lexer(markdown), (token: Token) => {
    if (token.type === "link" || token.type === "image") {
      const { href, text } = token as Tokens.Link | Tokens.Image;
      links.push({ href, text });
    }
    if (token.type === "html")
      for (const [, href = ""] of token.raw.matchAll(/(?:href|src)="([^"]*)"/g)) links.push({ href, text: "" });
  });
  return links;
}

/** What stands behind `#`: headings as GitHub names them, and anchors of our own. */
function anchorsOf(file: string): ReadonlySet<string> {
  const text = readFileSync(file, "utf8");
  const slugger = new GithubSlugger();
  const anchors = new Set([...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id = ""]) => id));
  const visit = (tokens: readonly Token[]) => {
    for (const token of tokens) {
      if (token.type === "heading") anchors.add(slugger.slug(plain((token as Tokens.Heading).tokens)));
      else if ("tokens" in token && token.tokens !== undefined) visit(token.tokens);
    }
  };
  visit(marked.lexer(text));
  return anchors;
}

/** A heading without its marks. */
function plain(tokens: readonly Token[] | undefined): string {
  return (tokens ?? [])
    .map((token) => {
      if ("tokens" in token && token.tokens !== undefined) return plain(token.tokens);
      return "text" in token ? String(token.text) : "";
    })
    .join("");
}

/** Why a link leads nowhere; `undefined` where it leads somewhere. */
function wrongWith({ href }: Link, document: string): string | undefined {
  if (/^[a-z]+:/i.test(href)) return href.startsWith("https://") && URL.canParse(href) ? undefined : "not https";
  const [path = "", anchor] = href.split("#");
  const file = path === "" ? join(root, document) : join(root, dirname(document), decodeURIComponent(path));
  if (relative(root, file).startsWith("..")) return "outside the repository";
  if (!existsSync(file)) return "no such file";
  if (anchor === undefined || statSync(file).isDirectory() || !file.endsWith(".md")) return undefined;
  return anchorsOf(file).has(anchor) ? undefined : "no such heading";
}

describe("the links of", () => {
  it.each(documents)("%s lead somewhere", (document) => {
    const links = linksOf(readFileSync(join(root, document), "utf8"));
    const wrong = links.flatMap((link) => {
      const reason = wrongWith(link, document);
      return reason === undefined ? [] : [`${link.href}: ${reason}`];
    });
    expect(wrong).toEqual([]);
  });

  it("a page with a wrong one are found", () => {
    const links = linksOf("[a](nowhere.md) [b](README.md#no-such-heading) ![c](http://example.com) [d](README.md)");
    expect(links.map((link) => wrongWith(link, "README.md"))).toEqual([
      "no such file",
      "no such heading",
      "not https",
      undefined,
    ]);
  });
});

it("every page below docs/ is reached from the README", () => {
  const seen = new Set<string>();
  const visit = (document: string) => {
    if (seen.has(document) || !existsSync(join(root, document))) return;
    seen.add(document);
    for (const { href } of linksOf(readFileSync(join(root, document), "utf8"))) {
      const [path = ""] = href.split("#");
      if (path === "" || path.includes(":")) continue;
      const to = relative(root, join(root, dirname(document), path));
      // A folder is a list of its pages.
      for (const page of documents) if (page === to || dirname(page) === to) visit(page);
    }
  };
  visit("README.md");
  expect(documents.filter((document) => !seen.has(document))).toEqual([]);
});
