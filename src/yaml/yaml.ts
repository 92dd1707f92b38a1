import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  visit,
  type Document,
  type Node,
  type Pair,
  type ScalarTag,
} from "yaml";
import type { Position, Problem } from "./problem.ts";
import type { NodePath, SourceDocument } from "./source.ts";
import { YamlTimestamp } from "./timestamp.ts";

/** What was read from one file: the documents that could be read, and what is wrong with the others. */
export type ReadDocuments = { readonly documents: readonly SourceDocument[]; readonly problems: readonly Problem[] };

/** How many times aliases may multiply a document before it counts as an attack on memory. Our choice. */
const mostAliases = 1_000;

/** PyYAML reads `0o17` as text and `017` as octal, `1_000` as a number and sexagesimals as integers. */
const integerTag: ScalarTag = {
  tag: "tag:yaml.org,2002:int",
  default: true,
  test: /^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/,
  resolve: (text) => integerOf(text),
};

/** PyYAML wants a dot in a float, and a sign in its exponent: `1e-3` is text to it, and so to `az ml`. */
const floatTag: ScalarTag = {
  tag: "tag:yaml.org,2002:float",
  default: true,
  test: /^(?:[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
  resolve: (text) => floatOf(text),
};

const booleanTag: ScalarTag = {
  tag: "tag:yaml.org,2002:bool",
  default: true,
  test: /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/,
  resolve: (text) => /^(?:yes|true|on)$/i.test(text),
};

const nullTag: ScalarTag = {
  tag: "tag:yaml.org,2002:null",
  default: true,
  test: /^(?:~|null|Null|NULL|)$/,
  resolve: () => null,
};

const timestampTag: ScalarTag = {
  tag: "tag:yaml.org,2002:timestamp",
  default: true,
  test: /^(?:\d{4}-\d{2}-\d{2}|\d{4}-\d{1,2}-\d{1,2}(?:[Tt]|[ \t]+)\d{1,2}:\d{2}:\d{2}(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d{1,2}(?::\d{2})?))?)$/,
  resolve: (text) => new YamlTimestamp(text),
};

const scalarTags = [nullTag, booleanTag, integerTag, floatTag, timestampTag];

/** True when a plain scalar of this text is read as text and nothing else. */
export function readsAsText(text: string): boolean {
  return text !== "<<" && text !== "=" && !scalarTags.some(({ test }) => test?.test(text) === true);
}

function integerOf(text: string): number {
  const plain = text.replaceAll("_", "").replace(/^\+/, "");
  const sign = plain.startsWith("-") ? -1 : 1;
  const digits = plain.replace(/^-/, "");
  if (digits.includes(":")) return sign * sexagesimal(digits);
  if (/^0b/.test(digits)) return sign * Number.parseInt(digits.slice(2), 2);
  if (/^0x/.test(digits)) return sign * Number.parseInt(digits.slice(2), 16);
  if (/^0./.test(digits)) return sign * Number.parseInt(digits, 8);
  return sign * Number(digits);
}

function floatOf(text: string): number {
  const plain = text.replaceAll("_", "").toLowerCase().replace(/^\+/, "");
  const sign = plain.startsWith("-") ? -1 : 1;
  const digits = plain.replace(/^-/, "");
  if (digits === ".inf") return sign * Number.POSITIVE_INFINITY;
  if (digits === ".nan") return Number.NaN;
  return sign * (digits.includes(":") ? sexagesimal(digits) : Number(digits));
}

function sexagesimal(digits: string): number {
  return digits.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

/**
 * Reads YAML or JSON with the place of every node, and with the scalars that PyYAML's `safe_load` would make of it,
 * because that is how `az ml` reads the same files. Never throws: what cannot be read becomes a problem at its place.
 *
 * @param at.file name to show, relative to the working directory, with `/`.
 * @param at.folder absolute folder that relative paths in the documents start from.
 */
export function readDocuments(text: string, at: Pick<SourceDocument, "file" | "folder" | "root">): ReadDocuments {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text.replace(/^\uFEFF/, ""), {
    version: "1.1",
    schema: "failsafe",
    customTags: scalarTags,
    merge: true,
    lineCounter: lines,
    prettyErrors: false,
    logLevel: "error",
    uniqueKeys: true,
    stringKeys: false,
    strict: true,
  });
  if (!Array.isArray(parsed)) return { documents: [], problems: [] };
  const place = (offset: number): Position => {
    const { line, col } = lines.linePos(Math.min(Math.max(offset, 0), text.length));
    return { file: at.file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problems: Problem[] = [];
  const documents: SourceDocument[] = [];
  for (const document of parsed) {
    problems.push(...syntaxProblems(document, text, place));
    if (document.errors.length > 0 || document.contents === null) continue;
    const value = valueOf(document, place, problems);
    if (value === undefined || value.plain === null) continue;
    documents.push({ ...at, value: value.plain, at: locator(document, place), textAt: scalarText(document) });
  }
  return { documents, problems };
}

function valueOf(
  document: Document.Parsed,
  place: (offset: number) => Position,
  problems: Problem[],
): { readonly plain: unknown } | undefined {
  const start = (node: { range?: readonly number[] | null | undefined }) => place(node.range?.[0] ?? 0);
  let refused = false;
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) !== undefined) return;
      refused = true;
      problems.push(syntaxProblem("BAD_ALIAS", `The alias *${alias.source} has no anchor before it`, start(alias)));
    },
    Pair: (_, pair) => {
      if (isScalar(pair.key)) return;
      refused = true;
      problems.push(syntaxProblem("BAD_KEY", "A key has to be plain text", start((pair.key as Node | null) ?? {})));
    },
  });
  if (refused) return undefined;
  try {
    return { plain: document.toJS({ maxAliasCount: mostAliases }) as unknown };
  } catch (error) {
    problems.push(
      syntaxProblem(
        "TOO_MANY_ALIASES",
        error instanceof Error ? error.message : String(error),
        start(document.contents ?? {}),
      ),
    );
    return undefined;
  }
}

/** Duplicate keys each, and the first of the others: what follows a fault is the parser's confusion, not the author's. */
function syntaxProblems(
  { errors }: Document.Parsed,
  text: string,
  place: (offset: number) => Position,
): readonly Problem[] {
  const [first] = errors.filter(({ code }) => code !== "DUPLICATE_KEY");
  return errors
    .filter((error) => error.code === "DUPLICATE_KEY" || error === first)
    .map(({ code, message, pos: [offset] }) => {
      const line = lineAround(text, offset);
      const isExpression = /\$\{\{/.test(line) && code !== "DUPLICATE_KEY";
      return isExpression ? expressionProblem(place(offset)) : syntaxProblem(code, message, place(offset), line);
    });
}

function lineAround(text: string, offset: number): string {
  const end = text.indexOf("\n", offset);
  return text.slice(text.lastIndexOf("\n", offset - 1) + 1, end < 0 ? undefined : end);
}

function expressionProblem(where: Position): Problem {
  return {
    code: "syntax",
    severity: "error",
    where,
    message: "The line has an expression in ${{ }} without quotes, which YAML takes for braces of its own.",
    fix: "Put the whole value in quotes. Only jobs have such placeholders; expressions of GitHub Actions are not evaluated in files.",
  };
}

function syntaxProblem(code: string, message: string, where: Position, line = ""): Problem {
  const sentence = message.replace(/\s+at line \d+, column \d+:?[\s\S]*$/, "").replace(/\.?$/, ".");
  if (code === "DUPLICATE_KEY") {
    return {
      code: "duplicate-key",
      severity: "error",
      where,
      message: "This key is already in the mapping.",
      fix: "Keep one of the two: az ml would silently use the last.",
    };
  }
  if (code === "TAB_AS_INDENT") {
    return {
      code: "syntax",
      severity: "error",
      where,
      message: "The line is indented with a tab.",
      fix: "Indent with spaces.",
    };
  }
  if (isIndentFault(code, sentence)) {
    const written = line.trim() === "" ? "This line" : `The line ${JSON.stringify(line.trim().slice(0, 60))}`;
    return {
      code: "syntax",
      severity: "error",
      where,
      message: `${written} does not fit the indentation of the lines around it.`,
      fix: "Begin the keys of one mapping in the same column, and those below a key, or after a dash, two spaces further in.",
    };
  }
  if (code === "BLOCK_AS_IMPLICIT_KEY") {
    return {
      code: "syntax",
      severity: "error",
      where,
      message: "The line has two keys, or a value with a colon in it.",
      fix: "Put a value that holds a colon and a blank in quotes, or begin the second key on a line of its own.",
    };
  }
  return { code: "syntax", severity: "error", where, message: sentence, fix: "Fix the YAML at the marked line." };
}

/** What the parser says of lines that begin in a column where none can. */
function isIndentFault(code: string, sentence: string): boolean {
  return (
    code === "BAD_INDENT" ||
    /without - indicator|must start at the same column|Implicit keys need to be|Unexpected block-seq-ind|Unexpected seq-item/i.test(
      sentence,
    )
  );
}

/** Finds nodes by path, through aliases and merge keys; falls back to the nearest ancestor that exists. */
function locator(document: Document.Parsed, place: (offset: number) => Position) {
  return (path: NodePath, part: "key" | "value" = "value"): Position => {
    let node: Node | null = document.contents;
    let offset = node?.range?.[0] ?? 0;
    for (const [index, step] of path.entries()) {
      const found: Found | undefined = childOf(node, step, document);
      if (found === undefined) return place(offset);
      const last = index === path.length - 1;
      node = found.value;
      // The place of an alias is where it is used; what it refers to is only walked into.
      offset = (last && part === "key" ? found.keyOffset : undefined) ?? node?.range?.[0] ?? found.keyOffset ?? offset;
    }
    return place(offset);
  };
}

function scalarText(document: Document.Parsed) {
  return (path: NodePath): string | undefined => {
    let node: Node | null = document.contents;
    for (const step of path) node = childOf(node, step, document)?.value ?? null;
    const scalar = isAlias(node) ? node.resolve(document) : node;
    return isScalar(scalar) ? scalar.source : undefined;
  };
}

type Found = { readonly value: Node | null; readonly keyOffset?: number };

function childOf(node: Node | null, step: string | number, document: Document.Parsed): Found | undefined {
  const resolved = isAlias(node) ? (node.resolve(document) ?? null) : node;
  if (isSeq(resolved)) {
    const item = typeof step === "number" ? resolved.items[step] : undefined;
    return item === undefined ? undefined : { value: item as Node };
  }
  if (!isMap(resolved)) return undefined;
  const pairs = resolved.items as Pair<Node, Node | null>[];
  const own = pairs.find(({ key }) => isScalar(key) && String(key.value) === String(step));
  if (own !== undefined) {
    const keyOffset = own.key.range?.[0];
    return { value: own.value, ...(keyOffset === undefined ? {} : { keyOffset }) };
  }
  for (const merge of pairs.filter(
    ({ key }) => isScalar(key) && (key.value === "<<" || typeof key.value === "symbol"),
  )) {
    const sources = isSeq(merge.value) ? (merge.value.items as Node[]) : [merge.value];
    for (const source of sources) {
      const found = childOf(source, step, document);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
