import { hasSteps, labelOf, primaryMetricOf, stepsOf, type Job } from "../job/job.ts";
import type { BaselineSource, Gate, Goal, Tolerance } from "../run/gates.ts";
import type { ProblemCode } from "../yaml/problem-codes.ts";
import type { Problem } from "../yaml/problem.ts";
import { checkShape } from "../yaml/shape.ts";
import { suggestionFor } from "../yaml/suggestion.ts";
import { positionOf, type NodePath, type SourceNode } from "../yaml/source.ts";
import { gateSchema, type DeclaredGate } from "./gate-shape.ts";

/** The gates, each with what it compares, or problems at its place. */
export function readGates(
  nodes: readonly SourceNode[],
  run: Job | undefined,
): { readonly gates: readonly Gate[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const gates = nodes.flatMap((node) => {
    // Faults of its shape are reported with those of the file.
    const { value } = checkShape(gateSchema, node);
    return value === undefined ? [] : (readGate(value, node, run, problems) ?? []);
  });
  return { gates, problems };
}

const conditions = ["at_least", "at_most", "between", "no_worse_than"] as const;

function readGate(
  declared: DeclaredGate,
  node: SourceNode,
  run: Job | undefined,
  problems: Problem[],
): Gate | undefined {
  const { metric, step } = declared;
  const refuse = (code: ProblemCode, path: NodePath, message: string, fix: string): undefined => {
    problems.push({ code, severity: "error", where: positionOf(node, path), message, fix });
  };
  const gate = `The gate on ${JSON.stringify(metric)}`;
  const given = conditions.filter((key) => declared[key] !== undefined);
  if (given.length !== 1)
    return refuse(
      "gate-condition",
      [],
      `${gate} has ${given.length === 0 ? "no condition" : `${given.length} conditions: ${given.join(", ")}`}.`,
      `Give exactly one of ${conditions.join(", ")}.`,
    );
  if (step !== undefined && run !== undefined) {
    const wrong = wrongStep(step, run);
    if (wrong !== undefined) return refuse("unknown-step", ["step"], `${gate} ${wrong.what}`, wrong.fix);
  }
  const base = { metric, where: positionOf(node), ...(step === undefined ? {} : { step }) };
  if (declared.at_least !== undefined) return { ...base, atLeast: declared.at_least };
  if (declared.at_most !== undefined) return { ...base, atMost: declared.at_most };
  if (declared.between !== undefined) {
    const [low = 0, high = 0] = declared.between;
    if (low <= high) return { ...base, between: [low, high] };
    return refuse(
      "out-of-range",
      ["between"],
      `${gate} can never pass: ${low} is above ${high}.`,
      `Write between: [${high}, ${low}].`,
    );
  }
  const { tolerance, ...sources } = declared.no_worse_than ?? {};
  const source = Object.entries(sources).filter(([, value]) => value !== undefined);
  const [only] = source;
  if (only === undefined || source.length > 1)
    return refuse(
      "gate-condition",
      ["no_worse_than"],
      `${gate} names ${source.length === 0 ? "nothing" : `${source.length} things`} to compare with.`,
      "Give exactly one of branch, run and model.",
    );
  const allowed = toleranceOf(tolerance);
  if (allowed === undefined)
    return refuse(
      "wrong-value",
      ["no_worse_than", "tolerance"],
      `${JSON.stringify(tolerance)} is not a tolerance.`,
      "Write a number of 0 or more in the metric's own unit (0.01), or per cent of the baseline (2%).",
    );
  const goal = declared.goal ?? goalOfRun(metric, step, run) ?? goalByName(metric);
  if (goal === undefined)
    return refuse(
      "gate-goal",
      [],
      `${gate} does not say which values are better, and the metric's name does not tell.`,
      "Add goal: minimize or goal: maximize.",
    );
  const noWorseThan = { [only[0]]: only[1] } as BaselineSource;
  return { ...base, noWorseThan, goal, tolerance: allowed, required: declared.required ?? false };
}

function toleranceOf(declared: number | string | undefined): Tolerance | undefined {
  const [, amount, sign] = /^\s*(\d+(?:\.\d*)?|\.\d+)\s*(%?)\s*$/.exec(String(declared ?? 0)) ?? [];
  if (amount === undefined) return typeof declared === "number" && declared >= 0 ? { absolute: declared } : undefined;
  return sign === "%" ? { percent: Number(amount) } : { absolute: Number(amount) };
}

/** Why a step cannot log the metric; of steps that are in Azure nothing is known. */
function wrongStep(step: string, run: Job): { readonly what: string; readonly fix: string } | undefined {
  if (!hasSteps(run))
    return {
      what: `names the step ${JSON.stringify(step)}, and the run is a ${labelOf(run)}, which has no steps.`,
      fix: "Remove step: the metric is the run's own.",
    };
  const steps = stepsOf(run);
  if (steps === undefined || steps.some(({ name }) => name === step)) return undefined;
  const names = steps.map(({ name }) => name);
  return {
    what: `names the step ${JSON.stringify(step)}, and the pipeline has none of that name.${suggestionFor(step, names)}`,
    fix: `Its steps are ${names.join(", ")}.`,
  };
}

/** A sweep says itself what its primary metric is for, as a run and as a step. */
function goalOfRun(metric: string, step: string | undefined, run: Job | undefined): Goal | undefined {
  if (run === undefined) return undefined;
  const primary =
    step === undefined ? primaryMetricOf(run) : stepsOf(run)?.find(({ name }) => name === step)?.primaryMetric;
  return primary?.metric === metric ? primary.goal : undefined;
}

const minimized = "loss error err wer cer mae mse rmse mape perplexity".split(" ");
const maximized = "accuracy acc auc precision recall f1 score r2 map bleu".split(" ");

/** By the last word of the metric's name: `val_loss`, `eval/f1`. */
function goalByName(metric: string): Goal | undefined {
  const last =
    metric
      .toLowerCase()
      .split(/[_\-./:\s]/)
      .at(-1) ?? "";
  return minimized.includes(last) ? "minimize" : maximized.includes(last) ? "maximize" : undefined;
}
