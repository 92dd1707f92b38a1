import { closest, distance } from "fastest-levenshtein";

/** ` Did you mean max_instances?`, or nothing when no candidate is near. */
export function suggestionFor(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates);
  return near === undefined ? "" : ` Did you mean ${near}?`;
}

/** The candidate that the word is most likely a slip of: at most a third of its letters differ, or it is a beginning of it. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0 || word === "") return undefined;
  const lower = word.toLowerCase();
  const near = closest(
    lower,
    candidates.map((candidate) => candidate.toLowerCase()),
  );
  const candidate = candidates.find((known) => known.toLowerCase() === near);
  if (candidate !== undefined && distance(lower, near) <= Math.max(1, Math.floor(lower.length / 3))) return candidate;
  return lower.length >= 3 ? candidates.find((known) => known.toLowerCase().startsWith(lower)) : undefined;
}
