import type { GateResult } from "../report/result.ts";
import type { Position } from "../yaml/problem.ts";

/** A condition that the last value of a metric has to meet for the run to count as good. */
export type Gate = {
  readonly metric: string;
  readonly where: Position;
} & ({ readonly atLeast: number } | { readonly atMost: number });

/** Compares the last value of every gated metric with its gate. NaN never passes. */
export function checkGates(
  gates: readonly Gate[],
  lastValues: Readonly<Record<string, number>>,
): readonly GateResult[] {
  return gates.map((gate) => {
    const value = Object.hasOwn(lastValues, gate.metric) ? lastValues[gate.metric] : undefined;
    const condition = "atLeast" in gate ? `at least ${gate.atLeast}` : `at most ${gate.atMost}`;
    const passed = value !== undefined && ("atLeast" in gate ? value >= gate.atLeast : value <= gate.atMost);
    return { metric: gate.metric, condition, ...(value === undefined ? {} : { value }), passed };
  });
}

/** A sentence for each gate that was missed. */
export function missedGates(results: readonly GateResult[]): readonly string[] {
  return results
    .filter(({ passed }) => !passed)
    .map(({ metric, condition, value }) => {
      const found = value === undefined ? "the run never logged it" : `is ${value}`;
      return `The gate on ${metric} was missed: it has to be ${condition}, and ${found}.`;
    });
}
