/** Whose turn it is, for things that get shares. */
export type Turns = {
  /**
   * The next by shares, spread evenly: of a hundred turns each gets exactly its percentage. The service chooses at random; here
   * tests can count.
   *
   * @param of what the shares are parts of: what is missing up to it is nobody's. 0: the shares are all there is.
   */
  readonly next: (key: string, shares: Readonly<Record<string, number>>, of: number) => string | undefined;
  readonly clear: () => void;
};

const nobody = "";

/** Each gains its share with every turn, and pays the whole for being taken: smooth weighted round-robin. */
export function createTurns(): Turns {
  const credits = new Map<string, Map<string, number>>();
  return {
    next: (key, shares, of) => {
      const own = credits.get(key) ?? new Map<string, number>();
      credits.set(key, own);
      const given = Object.entries(shares).filter(([, share]) => share > 0);
      if (given.length === 0) return undefined;
      const sum = given.reduce((total, [, share]) => total + share, 0);
      const all = of > sum ? [...given, [nobody, of - sum] as const] : given;
      for (const [name, share] of all) own.set(name, (own.get(name) ?? 0) + share);
      // Who has no share any more keeps no credit either.
      for (const name of own.keys()) if (!all.some(([one]) => one === name)) own.delete(name);
      const [taken] = [...own].reduce((best, one) => (one[1] > best[1] ? one : best));
      own.set(taken, (own.get(taken) ?? 0) - Math.max(of, sum));
      return taken === nobody ? undefined : taken;
    },
    clear: () => credits.clear(),
  };
}
