import { defined } from "../azure/defined.ts";
import type { AzureFailure } from "../azure/outcome.ts";
import { failureOf, sentenceOf } from "../report/failure.ts";
import type { Failure, GateResult } from "../report/result.ts";
import type { Position, Problem } from "../yaml/problem.ts";

/** A condition that the last value of a metric has to meet for the run to count as good. */
export type Gate = {
  readonly metric: string;
  /** The step of a pipeline that logs it; absent for the run's own metric. */
  readonly step?: string;
  readonly where: Position;
} & Condition;

type Condition =
  | { readonly atLeast: number }
  | { readonly atMost: number }
  /** Bounds included. */
  | { readonly between: readonly [number, number] }
  | Comparison;

/** A comparison with the same metric of another run. */
export type Comparison = {
  readonly noWorseThan: BaselineSource;
  readonly goal: Goal;
  readonly tolerance: Tolerance;
  /** Whether the gate is missed where there is no baseline. */
  readonly required: boolean;
};

/** az ml's words. */
export type Goal = "minimize" | "maximize";

/** In the metric's own unit, or in per cent of the baseline's absolute value. */
export type Tolerance = { readonly absolute: number } | { readonly percent: number };

/** Where the run to compare with is found. */
export type BaselineSource =
  | { readonly branch: string }
  | { readonly run: string }
  /** A reference to a registered model. */
  | { readonly model: string };

/** What was found to compare with, or why there is nothing. */
export type Baseline =
  | { readonly run: string; readonly url?: string; readonly value: number }
  | { readonly missing: string }
  /** Whether there is one is not known: the gate is missed. */
  | { readonly unread: string };

/** Last values of metrics by name: of the run itself, and of a pipeline's steps by their names. */
export type LastValues = {
  readonly own: Readonly<Record<string, number>>;
  readonly steps?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly unread?: Unread;
};

/** Why what was logged is not known, of the run itself and of steps by their names. */
export type Unread = { readonly own?: AzureFailure; readonly steps?: Readonly<Record<string, AzureFailure>> };

export function isComparison(gate: Gate): gate is Gate & Comparison {
  return "noWorseThan" in gate;
}

/** The last value that a gate is about. */
export function valueFor({ metric, step }: Pick<Gate, "metric" | "step">, { own, steps }: LastValues) {
  const values = step === undefined ? own : steps !== undefined && Object.hasOwn(steps, step) ? steps[step] : undefined;
  return values !== undefined && Object.hasOwn(values, metric) ? values[metric] : undefined;
}

/**
 * Compares the last value of every gated metric with its gate. What is no finite number never passes.
 *
 * @param baselines by the index of the gate, for every gate that compares with another run.
 */
export function checkGates(
  gates: readonly Gate[],
  values: LastValues,
  baselines: ReadonlyMap<number, Baseline>,
): readonly GateResult[] {
  return gates.map((gate, index) => {
    const value = valueFor(gate, values);
    const { metric, step } = gate;
    const result = { metric, ...defined({ step, value }), ...judged(gate, value, baselines.get(index)) };
    const failure = unreadFor(result, values.unread);
    return failure === undefined
      ? result
      : { ...result, passed: false, note: `it could not be read: ${sentenceOf(failure.error)}` };
  });
}

/** Why the value of a gate is not known; nothing where it is, or where nobody has logged it. */
function unreadFor(
  { step, value }: Pick<GateResult, "step" | "value">,
  { own, steps = {} }: Unread = {},
): AzureFailure | undefined {
  if (value !== undefined) return undefined;
  return step === undefined ? own : Object.hasOwn(steps, step) ? steps[step] : undefined;
}

type Judged = Pick<GateResult, "condition" | "bounds" | "passed" | "baseline" | "note">;

function judged(gate: Gate, value: number | undefined, baseline: Baseline | undefined): Judged {
  const isNumber = value !== undefined && Number.isFinite(value);
  const within = (condition: string, bounds: NonNullable<GateResult["bounds"]>) => ({
    condition,
    bounds,
    passed: isNumber && value >= (bounds.low ?? -Infinity) && value <= (bounds.high ?? Infinity),
  });
  if ("atLeast" in gate) return within(`at least ${gate.atLeast}`, { low: gate.atLeast });
  if ("atMost" in gate) return within(`at most ${gate.atMost}`, { high: gate.atMost });
  if ("between" in gate) {
    const [low, high] = gate.between;
    return within(`between ${low} and ${high}`, { low, high });
  }
  const condition = conditionOf(gate);
  if (baseline === undefined) throw new Error(`Nothing was looked for that ${gate.metric} is compared with.`);
  if ("unread" in baseline) return { condition, passed: false, note: baseline.unread };
  if ("missing" in baseline) return { condition, passed: isNumber && !gate.required, note: baseline.missing };
  const { run, url, value: other } = baseline;
  return { ...within(condition, noWorseThan(other, gate)), baseline: { run, value: other, ...defined({ url }) } };
}

/** Right in both directions: a lower loss and a higher accuracy are never worse. */
function noWorseThan(baseline: number, { goal, tolerance }: Comparison): NonNullable<GateResult["bounds"]> {
  const allowed = "absolute" in tolerance ? tolerance.absolute : (tolerance.percent * Math.abs(baseline)) / 100;
  return goal === "minimize" ? { high: baseline + allowed } : { low: baseline - allowed };
}

function conditionOf({ noWorseThan, goal, tolerance }: Comparison): string {
  const other =
    "branch" in noWorseThan
      ? `the newest run of ${noWorseThan.branch}`
      : "run" in noWorseThan
        ? `the run ${noWorseThan.run}`
        : `the run of ${noWorseThan.model}`;
  const amount = "absolute" in tolerance ? String(tolerance.absolute) : `${tolerance.percent} %`;
  const slack = /^0( %)?$/.test(amount) ? "" : `, tolerance ${amount}`;
  return `no ${goal === "minimize" ? "higher" : "lower"} than ${other}${slack}`;
}

/**
 * A failure for each gate that was missed, or could not be judged, at its line.
 *
 * @param results of {@link checkGates}, in the order of the gates.
 */
export function missedGates(
  gates: readonly Gate[],
  results: readonly GateResult[],
  unread?: Unread,
): readonly Failure[] {
  return results.flatMap((result, index) => {
    const { condition, passed, value, baseline, note } = result;
    if (passed) return [];
    const where = gates[index]?.where;
    const failure = unreadFor(result, unread);
    if (failure !== undefined)
      return [{ ...failureOf(failure, `The gate on ${nameOf(result)} could not be judged`), ...defined({ where }) }];
    const logger = result.step === undefined ? "the run" : `the step ${result.step}`;
    const found = value === undefined ? `${logger} never logged it` : `${logger} logged ${value}`;
    const other =
      baseline !== undefined ? ` (${baseline.run} has ${baseline.value})` : note === undefined ? "" : ` (${note})`;
    const message = `The gate on ${nameOf(result)} was missed: required ${condition}${other}; ${found}.`;
    return [{ reason: "gate-missed" as const, message, ...defined({ where }) }];
  });
}

/** A notice for each gate that passed because there was nothing to compare with. */
export function passedWithoutBaseline(gates: readonly Gate[], results: readonly GateResult[]): readonly Problem[] {
  return results.flatMap((result, index): readonly Problem[] => {
    const where = gates[index]?.where;
    if (!result.passed || result.note === undefined || where === undefined) return [];
    return [
      {
        code: "no-baseline",
        severity: "notice",
        where,
        message: `The gate on ${nameOf(result)} passed without a comparison: ${result.note}.`,
        fix: "Add required: true to miss the gate in such a case.",
      },
    ];
  });
}

function nameOf({ metric, step }: Pick<GateResult, "metric" | "step">): string {
  return step === undefined ? metric : `${metric} of the step ${step}`;
}
