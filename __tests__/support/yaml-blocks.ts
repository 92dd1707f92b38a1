import { marked, type Tokens } from "marked";
import { readFileSync } from "node:fs";

/** A code block of a page. */
export type Block = {
  /** `docs/deploying.md:12`: the line on which its text begins. */
  readonly place: string;
  readonly lang: string;
  readonly text: string;
};

/** The code blocks of a page of Markdown that are in one of these languages, those inside lists too. */
export function blocksOf(
  file: string,
  shown: string,
  languages: readonly string[] = ["yaml", "yml"],
): readonly Block[] {
  const page = readFileSync(file, "utf8");
  const found: Block[] = [];
  let from = 0;
  void marked.walkTokens(marked.lexer(page), (token) => {
    if (token.type !== "code") return;
    const { lang = "", text } = token as Tokens.Code;
    const at = page.indexOf(text.split("\n")[0] ?? "", page.indexOf("```", from) + 3);
    from = at + text.length;
    if (languages.includes(lang)) found.push({ place: `${shown}:${page.slice(0, at).split("\n").length}`, lang, text });
  });
  return found;
}
