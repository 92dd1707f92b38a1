import { literalOf, matchesSegment, parseSegment, startsWithDot, type Segment } from "./wildcard.ts";

/** A path pattern, with braces written out: `**`, or one part of a path. */
export type GlobPart = "**" | { readonly segment: Segment; readonly literal?: string; readonly dot: boolean };
export type Glob = readonly (readonly GlobPart[])[];

/** A pattern that is not taken. The message ends a sentence that has begun with the pattern. */
export class GlobRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = "GlobRefused";
  }
}

/** True for a text that is no path as it stands. */
export function isPattern(text: string): boolean {
  return /[*?[\]{}]/.test(text);
}

const longestPattern = 4096;
/** Braces multiply: eight times `{1..9}` are 43 million patterns. */
const mostAlternatives = 1000;

/** @throws GlobRefused for a pattern that stands for too much. */
export function parseGlob(pattern: string): Glob {
  if (pattern.length > longestPattern) throw new GlobRefused(`is longer than ${longestPattern} characters`);
  return withoutBraces(pattern).map((path) =>
    path
      .replace(/^(\.\/+)+/, "")
      .split(/\/+/)
      .flatMap((text, index, all): readonly GlobPart[] => {
        if (text === "**") return all[index - 1] === "**" ? [] : ["**"];
        const segment = parseSegment(text, { groups: true });
        if (segment === undefined) throw new GlobRefused("has groups inside groups, more than three deep");
        const literal = literalOf(segment);
        return [{ segment, dot: startsWithDot(segment), ...(literal === undefined ? {} : { literal }) }];
      }),
  );
}

/** Whether a path, with `/`, is one that the pattern means. Names that begin with a dot have to be asked for. */
export function matchesGlob(glob: Glob, path: string): boolean {
  const names = path.split("/");
  return glob.some((parts) => matchesParts(parts, names));
}

/** From left to right, with every place that the parts so far can end at: nothing is tried twice. */
function matchesParts(parts: readonly GlobPart[], names: readonly string[]): boolean {
  let places: ReadonlySet<number> = new Set([0]);
  for (const part of parts) {
    const next = new Set<number>();
    for (const place of places) {
      if (part === "**") {
        let at = place;
        next.add(at);
        while (at < names.length && names[at]?.startsWith(".") === false && !next.has(at + 1)) next.add(++at);
      } else if (place < names.length && matchesName(part, names[place] ?? "")) next.add(place + 1);
    }
    places = next;
  }
  return places.has(names.length);
}

export function matchesName({ segment, literal, dot }: Exclude<GlobPart, "**">, name: string): boolean {
  if (literal !== undefined) return literal === name;
  return (dot || !name.startsWith(".")) && matchesSegment(segment, name);
}

/** `{a,b}` and `{1..3}` written out; a brace that is none stays as it is. */
function withoutBraces(pattern: string): readonly string[] {
  const done: string[] = [];
  const waiting = [pattern];
  for (let text = waiting.pop(); text !== undefined; text = waiting.pop()) {
    const brace = firstBrace(text);
    if (brace === undefined) done.push(text);
    else {
      const { start, end, choices } = brace;
      for (const choice of choices) waiting.push(text.slice(0, start) + choice + text.slice(end));
    }
    if (done.length + waiting.length > mostAlternatives)
      throw new GlobRefused(`stands for more than ${mostAlternatives} patterns when its braces are written out`);
  }
  return done;
}

type Brace = { readonly start: number; readonly end: number; readonly choices: readonly string[] };

/** The first pair of braces from the left that holds a list or a range, with what is inside still to be written out. */
function firstBrace(text: string): Brace | undefined {
  const open: { readonly start: number; readonly commas: number[] }[] = [];
  let first: Brace | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === "\\") at += 1;
    else if (character === "{") open.push({ start: at, commas: [] });
    else if (character === ",") open.at(-1)?.commas.push(at);
    else if (character === "}") {
      const brace = open.pop();
      if (brace === undefined) continue;
      const choices = choicesOf(text, brace.start, at, brace.commas);
      if (choices !== undefined && (first === undefined || brace.start < first.start))
        first = { start: brace.start, end: at + 1, choices };
      if (open.length === 0 && first !== undefined) return first;
    }
  }
  return first;
}

function choicesOf(text: string, start: number, end: number, commas: readonly number[]): readonly string[] | undefined {
  if (commas.length > 0) {
    const edges = [start, ...commas, end];
    return edges.slice(1).map((edge, index) => text.slice((edges[index] ?? 0) + 1, edge));
  }
  const range = /^(?:(-?\d{1,9})\.\.(-?\d{1,9})|([a-zA-Z])\.\.([a-zA-Z]))$/.exec(text.slice(start + 1, end));
  if (range === null) return undefined;
  const isNumber = range[1] !== undefined;
  const value = (index: number) => (isNumber ? Number(range[index]) : (range[index + 2] ?? "").charCodeAt(0));
  const [low, high] = [Math.min(value(1), value(2)), Math.max(value(1), value(2))];
  if (high - low >= mostAlternatives)
    throw new GlobRefused(`stands for more than ${mostAlternatives} patterns when its braces are written out`);
  return Array.from({ length: high - low + 1 }, (_, index) =>
    isNumber ? String(low + index) : String.fromCharCode(low + index),
  );
}
