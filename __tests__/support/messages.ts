import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** A text in the sources that a user may read: a sentence, or a part of one. */
export type Message = {
  /** From the root of the repository. */
  readonly file: string;
  readonly line: number;
  /** The text, with `…` where a value is put in. */
  readonly text: string;
};

const root = join(import.meta.dirname, "../..");

/** Every text of `src` that has two words, in the order of files and lines. Comments and names of modules are none. */
export function messagesOfSources(): readonly Message[] {
  return globSync("src/**/*.ts", { cwd: root })
    .sort()
    .flatMap((file) => messagesIn(file, readFileSync(join(root, file), "utf8")));
}

export function messagesIn(file: string, source: string): readonly Message[] {
  const found: Message[] = [];
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const add = (node: ts.Node, text: string): void => {
    if (/\p{L}[\p{L}'’,;:]* +(?:…|\p{L})/u.test(text))
      found.push({ file, line: tree.getLineAndCharacterOfPosition(node.getStart()).line + 1, text });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isStringLiteralLike(node)) add(node, node.text);
    if (ts.isTemplateExpression(node))
      add(node, node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join(""));
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}
