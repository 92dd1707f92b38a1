import { defined } from "../azure/defined.ts";
import type { Failure, GateResult } from "../report/result.ts";
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

/** A failure for each gate that was missed, at its line. @param results of {@link checkGates}, in the order of the gates. */
export function missedGates(gates: readonly Gate[], results: readonly GateResult[]): readonly Failure[] {
  return results.flatMap(({ metric, condition, value, passed }, index) => {
    if (passed) return [];
    const found = value === undefined ? "the run never logged it" : `the run logged ${value}`;
    const message = `The gate on ${metric} was missed: required ${condition}; ${found}.`;
    return [{ reason: "gate-missed", message, ...defined({ where: gates[index]?.where }) }];
  });
}
