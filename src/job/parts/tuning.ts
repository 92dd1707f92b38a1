import * as z from "zod";
import { defined } from "../../azure/defined.ts";
import { toIsoDuration } from "../../azure/iso-duration.ts";
import { integer, number, oneOf, text } from "../../yaml/shape.ts";
import { isMapping } from "../../yaml/wording.ts";
import type { PartReader } from "./read-part.ts";
import { namesOf, nothingElse, parametersBeside, type OrElse, type SearchSpace } from "./search-space.ts";

/** `MedianStopping` for `median_stopping`, in any case: as az ml reads the words of `type`. */
const inSnakeCase = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => {
    if (!isMapping(value) || typeof value["type"] !== "string") return value;
    return { ...value, type: value["type"].replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase() };
  }, schema);

const samplingWords = ["random", "grid", "bayesian"] as const;

export const samplingSchema = () =>
  z
    .union([
      // Text first: of a mapping that is at fault, the branch of mappings speaks alone.
      z.string().pipe(oneOf(samplingWords) as z.ZodType<(typeof samplingWords)[number], string>),
      inSnakeCase(
        z.discriminatedUnion("type", [
          z.strictObject({
            type: z.literal("random"),
            seed: integer().optional(),
            rule: oneOf(["random", "sobol"]).optional(),
            logbase: z.union([number(), text()]).optional().describe("A positive number, or e."),
          }),
          z.strictObject({ type: z.literal("grid") }),
          z.strictObject({ type: z.literal("bayesian") }),
        ]),
      ),
    ])
    .describe("How the parameters of the trials are chosen: random, grid or bayesian.");

export const objectiveSchema = (or = nothingElse) =>
  z
    .strictObject({
      goal: or(oneOf(["minimize", "maximize"])),
      primary_metric: text().describe("Name of the metric, as the trials log it."),
    })
    .describe("Which values are better.");

export const sweepLimitsSchema = (or = nothingElse) =>
  z.strictObject({
    max_total_trials: or(integer()),
    max_concurrent_trials: or(integer()).optional().describe("Default: all at once."),
    timeout: or(integer()).optional().describe("Seconds, for the whole sweep."),
    trial_timeout: or(integer()).optional().describe("Seconds, for one trial."),
  });

const intervals = (or: OrElse) => ({
  evaluation_interval: or(z.union([integer(), z.null()])).optional(),
  delay_evaluation: or(z.union([integer(), z.null()])).optional(),
});

export const earlyTerminationSchema = (or = nothingElse) =>
  inSnakeCase(
    z.discriminatedUnion("type", [
      z.strictObject({
        type: z.literal("bandit"),
        ...intervals(or),
        slack_factor: or(z.union([number(), z.null()])).optional(),
        slack_amount: or(z.union([number(), z.null()])).optional(),
      }),
      z.strictObject({ type: z.literal("median_stopping"), ...intervals(or) }),
      z.strictObject({
        type: z.literal("truncation_selection"),
        ...intervals(or),
        truncation_percentage: or(integer()),
      }),
    ]),
  ).describe("Which trials are stopped early.");

export type Sampling = z.infer<ReturnType<typeof samplingSchema>>;
export type Objective = z.infer<ReturnType<typeof objectiveSchema>>;
export type SweepLimits = z.infer<ReturnType<typeof sweepLimitsSchema>>;
export type EarlyTermination = z.infer<ReturnType<typeof earlyTerminationSchema>>;

type Tuning = {
  readonly sampling_algorithm?: Sampling | undefined;
  readonly search_space: SearchSpace;
  readonly objective: Objective;
  readonly limits: SweepLimits;
  readonly early_termination?: EarlyTermination | undefined;
};

/** What the shapes of a search cannot say. The search space itself is checked by its own part. */
export function checkTuning(tuning: Tuning, reader: PartReader): void {
  checkSampling(tuning, reader);
  checkLimits(tuning.limits, reader);
  if (tuning.early_termination !== undefined) checkEarlyTermination(tuning.early_termination, reader);
  if (tuning.objective.primary_metric.trim() === "") {
    reader.add(
      "wrong-value",
      ["objective", "primary_metric"],
      "The name of the metric is empty.",
      "Write the name under which the trials log it.",
    );
  }
}

const samplingType = (sampling: Sampling) => (typeof sampling === "string" ? sampling : sampling.type);

function checkSampling(
  { sampling_algorithm: sampling, search_space: space, early_termination: termination }: Tuning,
  { add }: PartReader,
): void {
  if (sampling === undefined) {
    add(
      "missing-key",
      [],
      'The key "sampling_algorithm" is missing. az ml sends the job without it, and the service has no default.',
      "Add sampling_algorithm: random, grid or bayesian.",
      "warning",
    );
    return;
  }
  const type = samplingType(sampling);
  // The client sends any pair; the service's documentation names the distributions that each sampling takes.
  const taken = type === "grid" ? (["choice"] as const) : (["choice", "uniform", "quniform"] as const);
  const others = type === "random" ? [] : parametersBeside(space, taken);
  if (others.length > 0) {
    add(
      "wrong-sampling",
      ["sampling_algorithm"],
      `${type === "grid" ? "Grid" : "Bayesian"} sampling takes only parameters of the type ${taken.join(", ")}, not ${namesOf(others)}.`,
      "Use sampling_algorithm: random, or change the parameters.",
      "warning",
    );
  }
  if (type === "bayesian" && termination !== undefined) {
    add(
      "wrong-sampling",
      ["early_termination"],
      "Bayesian sampling does not support early termination.",
      "Remove early_termination, or use sampling_algorithm: random.",
      "warning",
    );
  }
  if (typeof sampling === "object" && sampling.type === "random") checkLogBase(sampling.logbase, { add });
}

function checkLogBase(base: string | number | undefined, { add }: Pick<PartReader, "add">): void {
  if (base === undefined || base === "e" || (typeof base === "number" && base > 0)) return;
  add(
    "wrong-value",
    ["sampling_algorithm", "logbase"],
    `${JSON.stringify(base)} is not a base for logarithms.`,
    "Write a number above 0, or e.",
  );
}

/** @see https://learn.microsoft.com/azure/machine-learning/how-to-tune-hyperparameters */
const mostTrials = 1000;

function checkLimits(limits: SweepLimits, { add }: PartReader): void {
  const { max_total_trials: total, max_concurrent_trials: concurrent } = limits;
  for (const key of ["max_total_trials", "max_concurrent_trials"] as const) {
    const value = limits[key];
    if (value === undefined || (value >= 1 && value <= mostTrials)) continue;
    add("out-of-range", ["limits", key], `${key} is ${value}.`, `Give a number from 1 to ${mostTrials}.`);
  }
  if (concurrent !== undefined && concurrent > total && total >= 1) {
    add(
      "out-of-range",
      ["limits", "max_concurrent_trials"],
      `max_concurrent_trials is ${concurrent}, above max_total_trials ${total}.`,
      "Lower it, or raise max_total_trials.",
    );
  }
  for (const key of ["timeout", "trial_timeout"] as const) {
    const value = limits[key] ?? 0;
    if (value < 0) add("out-of-range", ["limits", key], `${key} is ${value}.`, "Give seconds.");
    if (value <= 0 || value >= shortestSeconds) continue;
    add(
      "out-of-range",
      ["limits", key],
      `${key} is ${value} seconds; a sweep's limits are at least ${shortestSeconds}.`,
      `${shortestSeconds} is sent, as az ml does.`,
      "warning",
    );
  }
}

function checkEarlyTermination(policy: EarlyTermination, { add }: PartReader): void {
  const at = (key: string) => ["early_termination", key];
  for (const key of ["evaluation_interval", "delay_evaluation"] as const) {
    const value = policy[key] ?? 0;
    if (value < 0) add("out-of-range", at(key), `${key} is ${value}.`, "Give a number of intervals.");
  }
  if (policy.type === "truncation_selection") {
    const { truncation_percentage: percentage } = policy;
    if (percentage >= 1 && percentage <= 99) return;
    add(
      "out-of-range",
      at("truncation_percentage"),
      `truncation_percentage is ${percentage}.`,
      "Give a number from 1 to 99.",
    );
  }
  if (policy.type === "bandit") checkSlack(policy, { add });
}

/** The service wants exactly one of the two; the official client sends 0 for the other. */
function checkSlack(
  { slack_factor: factor, slack_amount: amount }: Extract<EarlyTermination, { type: "bandit" }>,
  { add }: Pick<PartReader, "add">,
): void {
  for (const [key, value] of Object.entries({ slack_factor: factor, slack_amount: amount })) {
    if ((value ?? 0) < 0) add("out-of-range", ["early_termination", key], `${key} is ${value}.`, "Give 0 or more.");
  }
  if (((factor ?? 0) !== 0) !== ((amount ?? 0) !== 0)) return;
  add(
    "missing-key",
    ["early_termination"],
    (factor ?? 0) === 0
      ? "The bandit policy has neither slack_factor nor slack_amount."
      : "The bandit policy has both slack_factor and slack_amount.",
    "Give exactly one of the two, above 0.",
  );
}

export function toSampling(sampling: Sampling): object {
  if (typeof sampling === "string") return { samplingAlgorithmType: samplingTypes[sampling] };
  const { type } = sampling;
  const own = type === "random" ? { seed: sampling.seed, rule: sampling.rule, logbase: sampling.logbase } : {};
  return defined({ samplingAlgorithmType: samplingTypes[type], ...own });
}

const samplingTypes = { random: "Random", grid: "Grid", bayesian: "Bayesian" } as const;

export function toObjective({ goal, primary_metric: primaryMetric }: Objective): object {
  return { goal, primaryMetric };
}

/** The service takes less than a minute for 60 days, so that the official client sends a minute at least. */
const shortestSeconds = 60;

const sentSeconds = (seconds: number) => (seconds > 0 ? Math.max(seconds, shortestSeconds) : seconds);

export function toSweepLimits(limits: SweepLimits, jobLimitsType: string): object {
  const duration = (seconds = 0) => (seconds === 0 ? undefined : toIsoDuration(sentSeconds(seconds)));
  return defined({
    jobLimitsType,
    maxTotalTrials: limits.max_total_trials,
    maxConcurrentTrials: limits.max_concurrent_trials,
    timeout: duration(limits.timeout),
    trialTimeout: duration(limits.trial_timeout),
  });
}

/** The limits of a sweep that is a step, in az ml's own words; what is bound to an input is left as it is. */
export function toStepLimits(limits: SweepLimits): object {
  const seconds = (value: unknown) => (typeof value === "number" ? sentSeconds(value) : value);
  return defined({ ...limits, timeout: seconds(limits.timeout), trial_timeout: seconds(limits.trial_timeout) });
}

/** Defaults are the official client's; a member that is null in the file is left out. */
export function toEarlyTermination(policy: EarlyTermination): object {
  const member = (value: number | null | undefined, otherwise: number) =>
    value === null ? undefined : (value ?? otherwise);
  const { evaluation_interval: interval, delay_evaluation: delay } = policy;
  const delayEvaluation = member(delay, 0);
  switch (policy.type) {
    case "bandit":
      return defined({
        policyType: "Bandit",
        delayEvaluation,
        evaluationInterval: member(interval, 0),
        slackFactor: member(policy.slack_factor, 0),
        slackAmount: member(policy.slack_amount, 0),
      });
    case "median_stopping":
      return defined({ policyType: "MedianStopping", delayEvaluation, evaluationInterval: member(interval, 1) });
    case "truncation_selection":
      return defined({
        policyType: "TruncationSelection",
        delayEvaluation,
        evaluationInterval: member(interval, 0),
        truncationPercentage: policy.truncation_percentage,
      });
  }
}
