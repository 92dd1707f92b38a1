import { readdirSync, realpathSync, type Dirent } from "node:fs";
import { join, resolve } from "node:path";
import { isOutside } from "./is-outside.ts";
import { matchesName, parseGlob, type GlobPart } from "./glob.ts";

/** A pattern that leads out of the folder that it may search: nothing was walked. */
export class PatternOutside extends Error {}

/**
 * The files that a pattern means, absolute and in order. Folders are walked once; links to folders are followed where the
 * pattern names them, and never out of `root`. What is below `node_modules` is nobody's declaration.
 *
 * @throws GlobRefused, PatternOutside
 */
export function findFiles(pattern: string, folder: string, root: string): readonly string[] {
  const starts = new Map<string, State[]>();
  for (const parts of parseGlob(pattern)) {
    const { base, rest } = startOf(parts, folder);
    if (isOutside(root, base) || rest.some((part) => part !== "**" && part.literal === ".."))
      throw new PatternOutside();
    starts.set(base, [...(starts.get(base) ?? []), { parts: rest, at: 0 }]);
  }
  const found = new Set<string>();
  const realRoot = realOf(root) ?? root;
  for (const [base, states] of starts) {
    const real = realOf(base);
    if (real === undefined) continue;
    if (isOutside(realRoot, real)) throw new PatternOutside();
    walk(base, states, realRoot, found);
  }
  return [...found].sort();
}

/** What of a pattern is still to be matched by what is in a folder. */
type State = { readonly parts: readonly GlobPart[]; readonly at: number };

/** The folder that the names at the beginning of a pattern lead to. */
function startOf(parts: readonly GlobPart[], folder: string): { base: string; rest: readonly GlobPart[] } {
  const literals: string[] = [];
  for (const part of parts.slice(0, -1)) {
    if (part === "**" || part.literal === undefined) break;
    literals.push(part.literal);
  }
  const [first, ...others] = literals;
  const base = first === "" ? resolve("/", ...others) : resolve(folder, ...literals);
  return { base, rest: parts.slice(literals.length).filter((part) => part === "**" || part.literal !== ".") };
}

function walk(folder: string, states: readonly State[], realRoot: string, found: Set<string>): void {
  const open = withoutStars(states);
  for (const entry of entriesOf(folder)) {
    const { name } = entry;
    if (name === "node_modules") continue;
    const path = join(folder, name);
    const next: State[] = [];
    const named: State[] = [];
    for (const { parts, at } of open) {
      const part = parts[at];
      if (part === "**") {
        // Behind it nothing may follow, and then it means files at any depth.
        if (!name.startsWith(".")) next.push({ parts, at });
      } else if (part !== undefined && matchesName(part, name)) {
        next.push({ parts, at: at + 1 });
        if (part.literal !== undefined) named.push({ parts, at: at + 1 });
      }
    }
    if (next.length === 0) continue;
    const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && leadsToFolder(path, realRoot));
    if (!isFolder) {
      if (next.some(({ parts, at }) => parts.slice(at).every((part) => part === "**"))) found.add(path);
    } else if (entry.isDirectory()) walk(path, next, realRoot, found);
    else if (named.length > 0) walk(path, named, realRoot, found);
  }
}

/** A `**` may stand for no folder at all, so what is behind it may match here. */
function withoutStars(states: readonly State[]): readonly State[] {
  const open = new Map<readonly GlobPart[], Set<number>>();
  const all: State[] = [];
  for (const { parts, at } of states)
    for (let place = at; place < parts.length; place += 1) {
      const places = open.get(parts) ?? new Set();
      open.set(parts, places);
      if (!places.has(place)) all.push({ parts, at: place });
      places.add(place);
      if (parts[place] !== "**") break;
    }
  return all;
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // A folder that may not be read has no declaration.
    return [];
  }
}

/** True for a link to a folder inside. A link out of the checkout is listed like a file, and refused by its name. */
function leadsToFolder(path: string, realRoot: string): boolean {
  const real = realOf(path);
  if (real === undefined || isOutside(realRoot, real)) return false;
  try {
    readdirSync(real);
    return true;
  } catch {
    return false;
  }
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
