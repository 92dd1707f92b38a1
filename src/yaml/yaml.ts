import {
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  Composer,
  LineCounter,
  visit,
  type Document,
  type Node,
  type Pair,
  type Scalar,
  type ScalarTag,
  type YAMLMap,
} from "yaml";
import type { Position, Problem } from "./problem.ts";
import type { NodePath, SourceDocument } from "./source.ts";
import { LimitExceeded, tokensWithin, largestBytes } from "./limits.ts";
import { YamlTimestamp } from "./timestamp.ts";

/** What was read from one file: the documents that could be read, and what is wrong with the others. */
export type ReadDocuments = { readonly documents: readonly SourceDocument[]; readonly problems: readonly Problem[] };

/** How many times aliases may multiply a document before it counts as an attack on memory. Our choice. */
const mostCopies = 1_000;

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
  const place = (offset: number): Position => {
    const { line, col } = lines.linePos(Math.min(Math.max(offset, 0), text.length));
    return { file: at.file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problems: Problem[] = [];
  const documents: SourceDocument[] = [];
  for (const document of compose(text.replace(/^\uFEFF/, ""), lines, place, problems)) {
    problems.push(...syntaxProblems(document, text, place));
    problems.push(...document.warnings.flatMap((warning) => tagProblem(warning, place)));
    if (document.errors.length > 0 || document.contents === null) continue;
    const value = valueOf(document, place, problems);
    if (value === undefined || value.plain === null) continue;
    documents.push({ ...at, value: value.plain, at: locator(document, place), textAt: scalarText(document) });
  }
  return { documents, problems };
}

/** The documents up to the first that goes beyond a limit; nothing of that one is read. */
function compose(
  text: string,
  lines: LineCounter,
  place: (offset: number) => Position,
  problems: Problem[],
): readonly Document.Parsed[] {
  const documents: Document.Parsed[] = [];
  const composer = new Composer({
    version: "1.1",
    schema: "failsafe",
    customTags: scalarTags,
    merge: true,
    logLevel: "error",
    // The parser compares every key with every other: in valueOf they are looked up.
    uniqueKeys: false,
    stringKeys: false,
    strict: true,
  });
  try {
    if (Buffer.byteLength(text) > largestBytes)
      throw new LimitExceeded(0, `The text has more than ${largestBytes} bytes.`, "Write several files.");
    for (const document of composer.compose(tokensWithin(text, lines), true, text.length)) documents.push(document);
  } catch (error) {
    if (!(error instanceof LimitExceeded)) throw error;
    problems.push({
      code: "too-complex",
      severity: "error",
      where: place(error.offset),
      message: error.message,
      fix: error.fix,
    });
  }
  return documents;
}

/** `!custom` and `!!js/function`: az ml refuses them, and no value of a declaration needs one. */
function tagProblem(
  { code, message, pos: [offset] }: Document.Parsed["warnings"][number],
  place: (offset: number) => Position,
): readonly Problem[] {
  if (code !== "TAG_RESOLVE_FAILED") return [];
  const [, standard] = /tag:yaml\.org,2002:(\w+)/.exec(message) ?? [];
  const tag = standard === undefined ? (/!\S*/.exec(message)?.[0] ?? "") : `!!${standard}`;
  return [
    {
      code: "unknown-tag",
      severity: "error",
      where: place(offset),
      message: `The tag ${tag || "here"} is not one that a declaration may have.`,
      fix: "Remove the tag, and write the value itself.",
    },
  ];
}

function valueOf(
  document: Document.Parsed,
  place: (offset: number) => Position,
  problems: Problem[],
): { readonly plain: unknown } | undefined {
  const start = (node: { range?: readonly number[] | null | undefined }) => place(node.range?.[0] ?? 0);
  let refused = false;
  const anchors = new Set<string>();
  const refuse = (code: string, message: string, where: Position) => {
    refused = true;
    problems.push(syntaxProblem(code, message, where));
  };
  visit(document, (_, node, path) => {
    if (isPair(node)) {
      if (!isScalar(node.key)) refuse("BAD_KEY", "A key has to be plain text", start((node.key as Node | null) ?? {}));
      return;
    }
    if (!isNode(node)) return;
    if (isAlias(node)) {
      const holdsItself = path.some((above) => isNode(above) && !isAlias(above) && above.anchor === node.source);
      if (anchors.has(node.source) && !holdsItself) return;
      const fault = holdsItself ? "is inside the value that it repeats" : "has no anchor before it";
      refuse("BAD_ALIAS", `The alias *${node.source} ${fault}`, start(node));
      return;
    }
    if (node.anchor !== undefined) anchors.add(node.anchor);
    // The rest of the document can be read all the same.
    if (isMap(node))
      for (const key of repeatedKeys(node)) problems.push(syntaxProblem("DUPLICATE_KEY", "", start(key)));
  });
  if (refused) return undefined;
  try {
    return { plain: document.toJS({ maxAliasCount: mostCopies }) as unknown };
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

/** Keys that their mapping has had before; merge keys may be repeated. */
function repeatedKeys({ items }: YAMLMap): readonly Scalar[] {
  const seen = new Set<unknown>();
  return items.flatMap(({ key }) => {
    if (!isScalar(key) || typeof key.value === "symbol" || key.value === "<<") return [];
    const isRepeated = seen.has(key.value);
    seen.add(key.value);
    return isRepeated ? [key] : [];
  });
}

/** The first fault alone: what follows it is the parser's confusion, not the author's. */
function syntaxProblems(
  { errors }: Document.Parsed,
  text: string,
  place: (offset: number) => Position,
): readonly Problem[] {
  return errors.slice(0, 1).map(({ code, message, pos: [offset] }) => {
    const line = lineAround(text, offset);
    const isExpression = /\$\{\{/.test(line);
    if (isExpression) return expressionProblem(place(offset));
    const deeper = code === "BLOCK_AS_IMPLICIT_KEY" ? deeperKeyAfter(text, offset) : undefined;
    return deeper === undefined
      ? syntaxProblem(code, message, place(offset), line)
      : syntaxProblem("BAD_INDENT", message, place(deeper), lineAround(text, deeper));
  });
}

/** Where the next line begins, if it has a key and is indented further than the one at the offset, which has a value already. */
function deeperKeyAfter(text: string, offset: number): number | undefined {
  const line = lineAround(text, offset);
  const begin = text.lastIndexOf("\n", offset - 1) + 1;
  const next = lineAround(text, begin + line.length + 1);
  const indentOf = (one: string) => /^[ -]*/.exec(one)?.[0].length ?? 0;
  const isKey = /^ +[\w$-]+ *:(?: |$)/.test(next) && /^[ -]*[\w$-]+ *: *\S/.test(line);
  return isKey && indentOf(next) > indentOf(line) ? begin + line.length + 1 + indentOf(next) : undefined;
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
    message: "The line has an expression in ${{ }} without quotes, which YAML reads as its own braces.",
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
      fix: "Put a value that has a colon and a space in quotes, or begin the second key on a line of its own.",
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

/** A mapping with thousands of keys at fault is looked into once for each of them. */
const indexes = new WeakMap<YAMLMap, ReadonlyMap<string, Pair<Node, Node | null>>>();

function pairOf(mapping: YAMLMap, key: string): Pair<Node, Node | null> | undefined {
  const known = indexes.get(mapping);
  if (known !== undefined) return known.get(key);
  const pairs = mapping.items as Pair<Node, Node | null>[];
  const index = new Map(pairs.flatMap((pair) => (isScalar(pair.key) ? [[String(pair.key.value), pair] as const] : [])));
  indexes.set(mapping, index);
  return index.get(key);
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
  const own = pairOf(resolved, String(step));
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
