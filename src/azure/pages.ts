import { failed, succeeded, type Outcome } from "./outcome.ts";

/** A page of a list, and what to ask for the next one by. */
export type Page<Item> = { readonly items: readonly Item[]; readonly next?: string | undefined };

/** Our choice: far more than any list of a workspace has. */
export const mostPages = 1000;

/**
 * All pages of a list. A list that names the same page twice, or goes on and on, is broken: what is known of it must not be
 * taken for the whole, and asking must end.
 *
 * @param what for messages: `the list of artifacts`.
 * @param enough pages after which what there is is taken for an answer.
 */
export async function allPages<Item>(
  what: string,
  read: (next: string | undefined) => Promise<Outcome<Page<Item>>>,
  enough = Infinity,
): Promise<Outcome<readonly Item[]>> {
  const items: Item[] = [];
  const seen = new Set<string>();
  let next: string | undefined;
  for (let count = 1; count <= mostPages; count += 1) {
    const page = await read(next);
    if (!page.ok) return page;
    for (const item of page.value.items) items.push(item);
    next = page.value.next;
    if (next === undefined || count >= enough) return succeeded(items);
    if (seen.has(next)) return broken(`The service returned the same page of ${what} twice.`);
    seen.add(next);
  }
  return broken(`The service kept returning more pages of ${what}; stopped after ${mostPages}.`);
}

export function broken(message: string): Outcome<never> {
  return failed({ reason: "unreachable", error: { code: "BrokenReply", message, details: [] } });
}
