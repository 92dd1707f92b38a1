import { isYamlTimestamp } from "../../yaml/timestamp.ts";
import { readsAsText } from "../../yaml/yaml.ts";
import type { NodePath } from "../../yaml/source.ts";
import { pythonText } from "../../yaml/python-text.ts";

/**
 * The YAML text that the official client makes of a conda specification: what PyYAML's `dump` writes with sorted keys.
 * The service keys images by this text, so a specification has to give the same text from whichever client it comes;
 * YAML libraries differ in where they fold and what they quote.
 */
export function condaText(specification: Readonly<Record<string, unknown>>, textAt?: TextAt): string {
  const writer = new Writer(anchorsOf(specification), textAt ?? (() => undefined));
  writer.collection(specification, 0, [], "document");
  return writer.end();
}

/** The scalar at a path as written in the file: only that tells `2.0` from `2`. */
type TextAt = (path: NodePath) => string | undefined;

/** Where PyYAML begins to look for a place to fold. */
const bestWidth = 80;
const step = 2;
const breaks = /[\n\u0085\u2028\u2029]/u;

/** Lists and mappings that the file refers to more than once, in the order of their first appearance. */
function anchorsOf(root: unknown): ReadonlyMap<object, string> {
  const seen = new Set<object>();
  const repeated = new Set<object>();
  const order: object[] = [];
  const visit = (value: unknown): void => {
    if (!isCollection(value)) return;
    if (seen.has(value)) {
      repeated.add(value);
      return;
    }
    seen.add(value);
    order.push(value);
    for (const [, member] of membersOf(value)) visit(member);
  };
  visit(root);
  const anchored = order.filter((value) => repeated.has(value));
  return new Map(anchored.map((value, index) => [value, `id${String(index + 1).padStart(3, "0")}`]));
}

type Collection = readonly unknown[] | Readonly<Record<string, unknown>>;

function isCollection(value: unknown): value is Collection {
  return typeof value === "object" && value !== null && !isYamlTimestamp(value);
}

/** Members in the order of writing: mappings are sorted by key. */
function membersOf(value: Collection): readonly (readonly [string | number, unknown])[] {
  if (Array.isArray(value)) return value.map((member: unknown, index) => [index, member] as const);
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

class Writer {
  #text = "";
  #column = 0;
  readonly #anchors: ReadonlyMap<object, string>;
  readonly #textAt: TextAt;
  readonly #written = new Set<object>();

  constructor(anchors: ReadonlyMap<object, string>, textAt: TextAt) {
    this.#anchors = anchors;
    this.#textAt = textAt;
  }

  end(): string {
    return this.#text.endsWith("\n") ? this.#text : `${this.#text}\n`;
  }

  /**
   * @param indent column of the entries.
   * @param after what is on the line already: the first entry of a list's entry continues behind its dash.
   */
  collection(value: Collection, indent: number, path: NodePath, after: "document" | "key" | "dash"): void {
    const anchor = this.#anchors.get(value);
    if (anchor !== undefined && this.#written.has(value)) return this.#write(` *${anchor}`);
    this.#written.add(value);
    if (anchor !== undefined) this.#write(` &${anchor}`);
    const members = membersOf(value);
    const isList = Array.isArray(value);
    if (members.length === 0) return this.#write(isList ? " []" : " {}");
    members.forEach(([key, member], index) => {
      if (index > 0 || after === "key" || (after === "dash" && anchor !== undefined)) this.#newLine(indent);
      else if (after === "dash") this.#write(" ");
      if (isList) this.#write("-");
      else {
        this.#scalarText(String(key), indent + step, true);
        this.#write(":");
      }
      const below = [...path, key];
      if (!isCollection(member)) {
        this.#write(" ");
        this.#scalar(member, indent + step, below);
        return;
      }
      // A list below a key is not indented any further.
      const deeper = isList || !Array.isArray(member) ? indent + step : indent;
      this.collection(member, deeper, below, isList ? "dash" : "key");
    });
  }

  #scalar(value: unknown, indent: number, path: NodePath): void {
    if (typeof value === "string") return this.#scalarText(value, indent, false);
    this.#write(plainWord(value, this.#textAt(path)));
  }

  #scalarText(text: string, indent: number, isKey: boolean): void {
    const style = styleOf(text, isKey);
    if (style === "plain") this.#folded(text, indent, !isKey, false);
    else if (style === "single") this.#singleQuoted(text, indent, !isKey);
    else this.#doubleQuoted(text, indent, !isKey);
  }

  #singleQuoted(text: string, indent: number, mayFold: boolean): void {
    this.#write("'");
    const pieces = text.split(/(\n+)/);
    pieces.forEach((piece, index) => {
      if (index % 2 === 0) return this.#folded(piece.replaceAll("'", "''"), indent, mayFold, true);
      // One break more than there is stands for the first: a single one would read as a space.
      this.#text += "\n".repeat(piece.length);
      this.#newLine(indent);
    });
    this.#write("'");
  }

  /** Words and spaces; a single space behind column 80 becomes a line end. */
  #folded(text: string, indent: number, mayFold: boolean, quoted: boolean): void {
    const pieces = text.split(/( +)/);
    pieces.forEach((piece, index) => {
      const first = index === 1 && pieces[0] === "";
      const last = index === pieces.length - 2 && pieces.at(-1) === "";
      const atEdge = quoted && (first || last);
      if (index % 2 === 1 && piece === " " && mayFold && !atEdge && this.#column > bestWidth) this.#newLine(indent);
      else this.#write(piece);
    });
  }

  #doubleQuoted(text: string, indent: number, mayFold: boolean): void {
    const signs = [...text];
    this.#write('"');
    let pending = "";
    const flush = () => {
      this.#write(pending);
      pending = "";
    };
    for (const [index, sign] of signs.entries()) {
      const escaped = escapeOf(sign);
      if (escaped !== undefined) {
        flush();
        this.#write(escaped);
      }
      const between = index > 0 && index < signs.length - 1;
      const breakable = sign === " " || escaped !== undefined || pending === "";
      if (mayFold && between && breakable && this.#column + pending.length > bestWidth) {
        flush();
        this.#write("\\");
        this.#newLine(indent);
        if ((escaped === undefined ? sign : signs[index + 1]) === " ") this.#write("\\");
      }
      if (escaped === undefined) pending += sign;
    }
    flush();
    this.#write('"');
  }

  #newLine(indent: number): void {
    this.#text += `\n${" ".repeat(indent)}`;
    this.#column = indent;
  }

  #write(piece: string): void {
    this.#text += piece;
    this.#column += [...piece].length;
  }
}

/** Null, booleans, numbers and dates, as they read back as what they are. */
function plainWord(value: unknown, source: string | undefined): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value === "number") {
    if (Number.isNaN(value)) return ".nan";
    if (!Number.isFinite(value)) return value > 0 ? ".inf" : "-.inf";
    const text = pythonText(value, source);
    // Without a point it would read back as text.
    return /^[^.]*e/.test(text) ? text.replace("e", ".0e") : text;
  }
  return isYamlTimestamp(value) ? value.toString() : "null";
}

function styleOf(text: string, isKey: boolean): "plain" | "single" | "double" {
  const special = /[^\n\x20-\x7e]/u.test(text);
  const multiline = breaks.test(text);
  if (special || / \n|\n /.test(text) || (isKey && multiline)) return "double";
  const isPlain =
    text !== "" &&
    !multiline &&
    !/^ | $/.test(text) &&
    !/^(---|\.\.\.)/.test(text) &&
    !/^[#,[\]{}&*!|>'"%@`]/.test(text) &&
    !/^[-?:](\s|$)/.test(text) &&
    !/:(\s|$)|\s#/.test(text) &&
    readsAsText(text);
  return isPlain ? "plain" : "single";
}

const escapes: Readonly<Record<string, string>> = {
  "\0": "\\0",
  "\u0007": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  "\u001b": "\\e",
  '"': '\\"',
  "\\": "\\\\",
  "\u0085": "\\N",
  "\u00a0": "\\_",
  "\u2028": "\\L",
  "\u2029": "\\P",
};

function escapeOf(sign: string): string | undefined {
  const known = escapes[sign];
  if (known !== undefined) return known;
  const number = sign.codePointAt(0) ?? 0;
  if (number >= 0x20 && number <= 0x7e) return undefined;
  const digits = number.toString(16).toUpperCase();
  if (number <= 0xff) return `\\x${digits.padStart(2, "0")}`;
  return number <= 0xffff ? `\\u${digits.padStart(4, "0")}` : `\\U${digits.padStart(8, "0")}`;
}
