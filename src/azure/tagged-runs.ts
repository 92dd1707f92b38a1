import { defined } from "./defined.ts";
import { listOf, membersOf, textOf, textsOf } from "./members.ts";
import { succeeded, type Outcome } from "./outcome.ts";
import { allPages } from "./pages.ts";
import type { Answer } from "./pipeline.ts";

/** A run as the list of an experiment's runs shows it. */
export type TaggedRun = {
  readonly id: string;
  readonly status: string;
  readonly tags: Readonly<Record<string, string>>;
  /** ISO 8601. */
  readonly createdAt?: string;
};

/** Runs on one page of a list. */
const pageSize = 100;

/**
 * The runs of an experiment that have a tag of this value, or of any.
 *
 * @param query sends a body to `POST {api}/history/v1.0{workspace}/experiments/{experiment}/runs:query`.
 */
export async function taggedRuns(
  { experiment, tag, value }: { readonly experiment: string; readonly tag: string; readonly value?: string },
  query: (body: unknown) => Promise<Outcome<Answer>>,
): Promise<Outcome<readonly TaggedRun[]>> {
  const filter = value === undefined ? `(Tags/${tag} ne null or Tags/${tag} eq null)` : `(Tags/${tag} eq ${value})`;
  const found = await allPages(`the runs of the experiment ${experiment}`, async (next) => {
    const page = await query(defined({ filter, continuationToken: next, top: pageSize }));
    if (!page.ok) return page;
    const { value: runs, continuationToken } = membersOf(page.value.body);
    return succeeded({ items: listOf(runs), next: textOf(continuationToken) });
  });
  // An experiment that nobody has made yet has no runs.
  if (!found.ok) return found.failure.reason === "not-found" ? succeeded([]) : found;
  return succeeded(
    found.value.flatMap((run): readonly TaggedRun[] => {
      const { runId, status, tags, createdUtc } = membersOf(run);
      const known = textsOf(tags);
      // Whatever the service makes of the filter: only those that have the tag are meant.
      const has = Object.hasOwn(known, tag) && (value === undefined || known[tag] === value);
      const id = textOf(runId);
      if (!has || id === undefined) return [];
      return [{ id, status: textOf(status) ?? "Unknown", tags: known, ...defined({ createdAt: textOf(createdUtc) }) }];
    }),
  );
}
