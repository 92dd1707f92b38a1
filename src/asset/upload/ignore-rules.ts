import { literalOf, matchesSegment, matchesWithStars, parseSegment, type Segment } from "../../yaml/wildcard.ts";

/** The lines of an ignore file, with Git's meaning. */
export type IgnoreRules = readonly Rule[];

type Part = "**" | { readonly segment: Segment; readonly literal?: string };
type Rule = {
  /** A line that begins with `!` lets in again what lines above it leave out. */
  readonly letsIn: boolean;
  readonly foldersOnly: boolean;
  /** A line without a slash means names at any depth. */
  readonly anywhere: boolean;
  readonly parts: readonly Part[];
};

/** No path is longer than that, so no pattern of one has to be. */
const longestPattern = 4096;

/** The number of the first line that is too long for a pattern: dropping it would let in what it leaves out. */
export function tooLongLine(text: string): number | undefined {
  const index = text.split(/\r?\n/).findIndex((line) => line.length > longestPattern && !line.startsWith("#"));
  return index < 0 ? undefined : index + 1;
}

export function parseIgnoreFile(text: string): IgnoreRules {
  return text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .flatMap((line) => parseRule(line) ?? []);
}

/** A space at the end counts only behind a backslash. */
function withoutBlanks(line: string): string {
  let end = line.length;
  while (line.charAt(end - 1) === " ") end -= 1;
  let signs = end;
  while (line.charAt(signs - 1) === "\\") signs -= 1;
  return line.slice(0, (end - signs) % 2 === 1 && end < line.length ? end + 1 : end);
}

function parseRule(line: string): Rule | undefined {
  const whole = withoutBlanks(line);
  if (whole === "" || whole.startsWith("#")) return undefined;
  const letsIn = whole.startsWith("!");
  const pattern = letsIn ? whole.slice(1) : whole;
  const foldersOnly = pattern.endsWith("/");
  const path = foldersOnly ? pattern.slice(0, -1) : pattern;
  if (path === "") return undefined;
  const parts: Part[] = [];
  for (const text of path.replace(/^\//, "").split("/")) {
    const segment = parseSegment(text, { groups: false });
    if (segment === undefined) return undefined;
    const literal = literalOf(segment);
    parts.push(/^\*{2,}$/.test(text) ? "**" : { segment, ...(literal === undefined ? {} : { literal }) });
  }
  return { letsIn, foldersOnly, anywhere: !path.includes("/"), parts };
}

/**
 * What the rules say of one file or folder, whose folders they have let in: the last line that means it decides. Nothing
 * is said when none does.
 *
 * @param path relative to the folder of the ignore file, with `/`.
 */
export function decide(rules: IgnoreRules, path: string, isFolder: boolean): "out" | "in" | undefined {
  const names = path.split("/");
  const last = names.slice(-1);
  const rule = rules.findLast(
    (candidate) => (isFolder || !candidate.foldersOnly) && matches(candidate, candidate.anywhere ? last : names),
  );
  return rule === undefined ? undefined : rule.letsIn ? "in" : "out";
}

function matches({ parts, anywhere }: Rule, names: readonly string[]): boolean {
  const [first] = parts;
  if (anywhere && first !== undefined && first !== "**") return isName(first, names[0] ?? "");
  // `a/**` means what is in `a`, and not `a` itself.
  const needed = parts.length > 1 && parts.at(-1) === "**" ? [...parts, any] : parts;
  if (anywhere && parts[0] === "**") return true;
  return matchesWithStars(
    needed,
    names.length,
    (part) => part === "**",
    (part, at) => part !== "**" && isName(part, names[at] ?? ""),
  );
}

function isName({ segment, literal }: Exclude<Part, "**">, name: string): boolean {
  return literal === undefined ? matchesSegment(segment, name) : literal === name;
}

const any: Part = { segment: [{ is: "star" }] };
