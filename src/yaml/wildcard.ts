/**
 * One segment of a path pattern: text, `?`, `*`, `[a-z]`, and for globs the groups `@(a|b)`, `?(…)`, `*(…)`, `+(…)` and
 * `!(…)`. Matched without going back, because a pattern that somebody else wrote must not decide how long that takes:
 * regular expressions need time that grows by a power of the length for each star.
 */
export type Segment = readonly Piece[];

type Piece =
  | { readonly is: "character"; readonly matches: (character: string) => boolean; readonly literal?: string }
  | { readonly is: "star" }
  | { readonly is: "group"; readonly sign: string; readonly alternatives: readonly Segment[] };

/** Deeper groups are no pattern that anybody would read. */
const deepestGroup = 3;

/**
 * @param groups whether `@(a|b)` and its like are groups, and a bracket that nothing closes is a character like others:
 *   so it is in globs. In ignore files there are no groups, and what is not closed is no pattern.
 * @returns `undefined` for a text that is no pattern, or has groups that are nested too deeply.
 */
export function parseSegment(text: string, { groups }: { readonly groups: boolean }): Segment | undefined {
  const parser = new Parser(text, groups);
  const pieces = parser.pieces(0);
  return parser.isWrong ? undefined : pieces;
}

/** The text that a segment without any wildcard stands for. */
export function literalOf(segment: Segment): string | undefined {
  const characters = segment.map((piece) => (piece.is === "character" ? piece.literal : undefined));
  return characters.every((character) => character !== undefined) ? characters.join("") : undefined;
}

export function startsWithDot(segment: Segment): boolean {
  const [first] = segment;
  if (first?.is === "group") return first.sign !== "!" && first.alternatives.some(startsWithDot);
  return first?.is === "character" && first.literal === ".";
}

export function matchesSegment(segment: Segment, text: string): boolean {
  if (!segment.some(({ is }) => is === "group")) return matchesPlain(segment, text);
  const starts = new Set([0]);
  return endsOf(segment, starts, text).has(text.length);
}

/** The way with two marks: only the last star is ever tried again, with one character more. */
function matchesPlain(segment: Segment, text: string): boolean {
  return matchesWithStars(
    segment,
    text.length,
    ({ is }) => is === "star",
    (piece, at) => piece.is === "character" && piece.matches(text.charAt(at)),
  );
}

/**
 * Whether a list of parts, of which some stand for any number of places, covers so many places to the last one. In the
 * worst case every part is tried at every place once.
 */
export function matchesWithStars<Part>(
  parts: readonly Part[],
  length: number,
  isStar: (part: Part) => boolean,
  matches: (part: Part, at: number) => boolean,
): boolean {
  let part = 0;
  let at = 0;
  let star = -1;
  let starAt = 0;
  while (at < length) {
    const current = parts[part];
    if (current !== undefined && isStar(current)) {
      star = part++;
      starAt = at;
    } else if (current !== undefined && matches(current, at)) {
      part += 1;
      at += 1;
    } else if (star >= 0) {
      part = star + 1;
      at = ++starAt;
    } else return false;
  }
  return parts.slice(part).every(isStar);
}

/** Every place at which the pieces can end that start at one of these. */
function endsOf(segment: Segment, starts: ReadonlySet<number>, text: string): ReadonlySet<number> {
  let places = starts;
  for (const piece of segment) {
    if (places.size === 0) return places;
    places = endsOfPiece(piece, places, text);
  }
  return places;
}

function endsOfPiece(piece: Piece, starts: ReadonlySet<number>, text: string): ReadonlySet<number> {
  if (piece.is === "character")
    return new Set([...starts].filter((at) => at < text.length && piece.matches(text.charAt(at))).map((at) => at + 1));
  if (piece.is === "star") return from(Math.min(...starts), text);
  const { sign, alternatives } = piece;
  const once = (places: ReadonlySet<number>) =>
    new Set(alternatives.flatMap((alternative) => [...endsOf(alternative, places, text)]));
  if (sign === "@") return once(starts);
  if (sign === "?") return new Set([...starts, ...once(starts)]);
  if (sign === "!") {
    // Anything but the alternatives, from each start by itself.
    return new Set(
      [...starts].flatMap((at) => {
        const meant = once(new Set([at]));
        return [...from(at, text)].filter((end) => !meant.has(end));
      }),
    );
  }
  let ends: ReadonlySet<number> = sign === "*" ? starts : once(starts);
  for (let before = -1; before !== ends.size;) {
    before = ends.size;
    ends = new Set([...ends, ...once(ends)]);
  }
  return ends;
}

function from(start: number, text: string): ReadonlySet<number> {
  return new Set(Array.from({ length: text.length - start + 1 }, (_, index) => start + index));
}

/** Reads a segment from left to right. */
class Parser {
  readonly #text: string;
  readonly #groups: boolean;
  #at = 0;
  isWrong = false;

  constructor(text: string, groups: boolean) {
    this.#text = text;
    this.#groups = groups;
  }

  /** Up to the end, or inside a group to the end of the alternative. */
  pieces(depth: number): Piece[] {
    const found: Piece[] = [];
    while (this.#at < this.#text.length) {
      const character = this.#text.charAt(this.#at);
      if (depth > 0 && (character === "|" || character === ")")) break;
      found.push(this.#group(depth) ?? this.#piece(character));
    }
    return found;
  }

  #piece(character: string): Piece {
    this.#at += 1;
    if (character === "*") return { is: "star" };
    if (character === "?") return { is: "character", matches: () => true };
    if (character === "[") return this.#class() ?? this.#unfinished(character);
    if (character !== "\\") return literal(character);
    if (this.#at === this.#text.length) return this.#unfinished(character);
    return literal(this.#text.charAt(this.#at++));
  }

  #unfinished(character: string): Piece {
    if (!this.#groups) this.isWrong = true;
    return literal(character);
  }

  #group(depth: number): Piece | undefined {
    if (!this.#groups || !/^[@?*+!]\(/.test(this.#text.slice(this.#at, this.#at + 2))) return undefined;
    if (depth === deepestGroup) {
      this.isWrong = true;
      return undefined;
    }
    const start = this.#at;
    const sign = this.#text.charAt(start);
    const alternatives: Segment[] = [];
    this.#at += 1;
    do {
      this.#at += 1;
      alternatives.push(this.pieces(depth + 1));
    } while (this.#text.charAt(this.#at) === "|");
    if (this.#text.charAt(this.#at) === ")") {
      this.#at += 1;
      return { is: "group", sign, alternatives };
    }
    // Nothing closes it: the bracket is a character like others.
    this.#at = start;
    return undefined;
  }

  /** What is between brackets; `undefined` where nothing closes them. */
  #class(): Piece | undefined {
    const body = /^([!^]?)(\]?(?:\\.|\[:[a-z]+:\]|[^\]\\])*)\]/s.exec(this.#text.slice(this.#at));
    if (body === null) return undefined;
    const [whole, sign, members = ""] = body;
    this.#at += whole.length;
    const tests = [...members.matchAll(/\[:([a-z]+):\]|(\\.|[^\\])-(\\.|[^\\])|\\?(.)/gs)].map(
      ([, named, low, high, one]): ((character: string) => boolean) => {
        if (named !== undefined) return (character) => namedClasses.get(named)?.test(character) === true;
        if (low === undefined || high === undefined) return (character) => character === one;
        const [first, last] = [low.slice(-1), high.slice(-1)];
        return (character) => character >= first && character <= last;
      },
    );
    return { is: "character", matches: (character) => tests.some((test) => test(character)) !== (sign !== "") };
  }
}

function literal(character: string): Piece {
  return { is: "character", literal: character, matches: (other) => other === character };
}

const namedClasses = new Map<string, RegExp>(
  Object.entries({
    alnum: /[a-z0-9]/i,
    alpha: /[a-z]/i,
    blank: /[ \t]/,
    cntrl: /[\0-\x1f\x7f]/,
    digit: /\d/,
    graph: /[!-~]/,
    lower: /[a-z]/,
    print: /[ -~]/,
    punct: /[!-/:-@[-`{-~]/,
    space: /\s/,
    upper: /[A-Z]/,
    xdigit: /[0-9a-f]/i,
  }),
);
