import type { Outcome } from "./outcome.ts";

/** Metrics of a run through the MLflow tracking API of its workspace. */
export type Metrics = {
  /** Last value of every metric, by name. A run that MLflow does not know has none. */
  readonly lastValues: (run: string) => Promise<Outcome<Readonly<Record<string, number>>>>;
  /** Every point of one metric in the order of steps, all pages. */
  readonly history: (run: string, metric: string) => Promise<Outcome<readonly { readonly step: number; readonly value: number }[]>>;
};
