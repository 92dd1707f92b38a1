/** The result of one case of a campaign. */
export type Verdict = {
  readonly name: string;
  /** Why a promise was not kept; empty where all were. */
  readonly broken: readonly string[];
  /** A second run was needed to get there. */
  readonly again: boolean;
  /** False: the disturbance had no effect, because this time the request was not made. */
  readonly met: boolean;
  /** Milliseconds that something took which has a limit, and what it was. */
  readonly took?: { readonly what: string; readonly ms: number | undefined };
};

export type Campaign = {
  readonly name: string;
  readonly verdicts: readonly Verdict[];
  readonly seconds: number;
};

/** Plays cases, some at a time, each on a stand of its own. */
export async function playAll<Case, Place>(
  name: string,
  cases: readonly Case[],
  places: readonly Place[],
  play: (one: Case, place: Place) => Promise<Verdict>,
  onVerdict: (verdict: Verdict, done: number) => void,
): Promise<Campaign> {
  const startedAt = performance.now();
  const verdicts: Verdict[] = [];
  const waiting = [...cases];
  const work = async (place: Place): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const verdict = await play(next, place);
      verdicts.push(verdict);
      onVerdict(verdict, verdicts.length);
    }
  };
  await Promise.all(places.map(work));
  return { name, verdicts, seconds: (performance.now() - startedAt) / 1000 };
}

/** A generator of numbers from 0 to 1 that always gives the same for one seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Some of them, drawn by a seed; all where there are no more. */
export function sampled<Item>(items: readonly Item[], count: number, seed: number): readonly Item[] {
  const random = randomFrom(seed);
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .slice(0, count)
    .map(({ item }) => item);
}
