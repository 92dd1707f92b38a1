import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { marked, type Token, type Tokens } from "marked";

/** README.md and everything below `docs/`, as its readers see it. */

export const root = join(import.meta.dirname, "..", "..");

/** Paths from the root of the repository. */
export const documents: readonly string[] = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`)
    .sort(),
];

export type Block = {
  readonly document: string;
  /** Of the fence, from 1. */
  readonly line: number;
  /** The first word behind the fence; empty where there is none. */
  readonly language: string;
  /** The rest behind the fence, as pairs: `in=deploy`. */
  readonly marks: Readonly<Record<string, string>>;
  /** The file that the block is: named by its first line (`# jobs/train.yml`), or by a line of its own before it (`` `a.json`: ``). */
  readonly path?: string;
  readonly text: string;
};

/** Every fenced block, in order. Indented code would have no language, so it counts as one without. */
export function blocksOf(document: string, text = readFileSync(join(root, document), "utf8")): readonly Block[] {
  const blocks: Block[] = [];
  let from = 0;
  const visit = (tokens: readonly Token[]) => {
    tokens.forEach((token, index) => {
      if (token.type === "code") blocks.push(blockOf(token as Tokens.Code, tokens, index));
      else if (token.type === "list") for (const item of (token as Tokens.List).items) visit(item.tokens);
      else if (token.type === "blockquote") visit((token as Tokens.Blockquote).tokens);
    });
  };
  const blockOf = (token: Tokens.Code, siblings: readonly Token[], index: number): Block => {
    const [language = "", ...rest] = (token.lang ?? "").split(/\s+/);
    const marks = rest.filter((word) => word !== "").map((word) => word.split("=") as [string, string]);
    const fence = token.raw.split("\n")[0] ?? "";
    const at = text.indexOf(`${fence}\n`, from);
    from = at + fence.length;
    const path = pathOf(
      token.text,
      siblings.slice(0, index).findLast(({ type }) => type !== "space"),
    );
    return {
      document,
      line: text.slice(0, at).split("\n").length,
      language,
      marks: Object.fromEntries(marks),
      ...(path === undefined ? {} : { path }),
      text: `${token.text}\n`,
    };
  };
  visit(marked.lexer(text));
  return blocks;
}

const name = String.raw`[\w.-]+(?:/[\w.-]+)*\.\w+`;

function pathOf(text: string, before: Token | undefined): string | undefined {
  const [, inside] = new RegExp(`^# (${name})\n`).exec(`${text}\n`) ?? [];
  if (inside !== undefined) return inside;
  const [, outside] = new RegExp(`^\`(${name})\`:\\s*$`).exec(before?.type === "paragraph" ? before.raw : "") ?? [];
  return outside;
}

/** `docs/oidc.md:12`, and the block's first line. */
export function nameOf({ document, line, text }: Block): string {
  return `${document}:${line} ${text.split("\n")[0] ?? ""}`;
}

/** The files that a document shows, by their paths. */
export function filesOf(document: string): Readonly<Record<string, string>> {
  return Object.fromEntries(blocksOf(document).flatMap(({ path, text }) => (path === undefined ? [] : [[path, text]])));
}

/** The text of a section, from its heading to the next one of its level or above. */
export function sectionOf(document: string, heading: string): string {
  const text = readFileSync(join(root, document), "utf8");
  const lines = text.split("\n");
  const start = lines.indexOf(heading);
  if (start < 0) throw new Error(`${document} has no heading "${heading}".`);
  const level = heading.indexOf(" ");
  const end = lines.findIndex((line, index) => index > start && new RegExp(`^#{1,${level}} `).test(line));
  return lines.slice(start, end < 0 ? undefined : end).join("\n");
}
