import { closest, distance } from "fastest-levenshtein";

/** ` Did you mean max_instances?`, or nothing when no candidate is near. */
export function suggestionFor(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates);
  return near === undefined ? "" : ` Did you mean ${near}?`;
}

/**
 * The candidate that the word is most likely a slip of: at most a third of its letters differ, or it is a beginning of it.
 * Letters in another order are near as well: `dsmv` is `dsvm`. Case, dashes and underscores are no letters: `atleast` is `at_least`.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const others = candidates.filter((candidate) => candidate !== word);
  const letters = lettersOf(word);
  // What is much longer than every candidate is near none, and need not be compared sign by sign.
  const longest = Math.max(0, ...others.map(({ length }) => length));
  if (others.length === 0 || letters === "" || letters.length - longest > letters.length / 3 + 1) return undefined;
  const near = closest(letters, others.map(lettersOf));
  const candidate = others.find((known) => lettersOf(known) === near);
  if (candidate !== undefined && distance(letters, near) <= Math.max(1, Math.floor(letters.length / 3)))
    return candidate;
  const swapped = others.find((known) => sorted(lettersOf(known)) === sorted(letters));
  if (swapped !== undefined) return swapped;
  return letters.length >= 3 ? others.find((known) => lettersOf(known).startsWith(letters)) : undefined;
}

const sorted = (letters: string) => [...letters].sort().join("");

/** Letters and digits alone: dashes, underscores and case are what spellings differ in. */
export function lettersOf(word: string): string {
  return word.replaceAll(/[_\-\s]/g, "").toLowerCase();
}
