/** Time as the pure middle sees it: passed in, so that a test waits no real second. */
export type Clock = {
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Resolves after the given seconds; rejects with the signal's reason as soon as the signal aborts. */
  readonly sleep: (seconds: number, signal?: AbortSignal) => Promise<void>;
};
