import type { Finding } from "../compute/kind.ts";

/** One finding, and everything that it is about. */
export type FindingGroup<Subject> = { readonly of: readonly Subject[]; readonly finding: Finding };

/** What several targets share is said once, at the place of the first of them. */
export function groupFindings<Subject>(
  all: readonly { readonly of: Subject; readonly findings: readonly Finding[] }[],
): readonly FindingGroup<Subject>[] {
  const shared = new Map<string, { readonly of: Subject[]; readonly finding: Finding }>();
  for (const { of, findings } of all)
    for (const finding of findings) {
      const { severity, code, message, advice } = finding;
      const key = JSON.stringify([severity, code, message, advice]);
      const known = shared.get(key) ?? { of: [], finding };
      known.of.push(of);
      shared.set(key, known);
    }
  return [...shared.values()];
}
