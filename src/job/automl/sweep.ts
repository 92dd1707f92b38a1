import * as z from "zod";
import { integer, number, oneOf } from "../../yaml/shape.ts";
import { wordOf } from "./words.ts";
import { isMapping } from "../../yaml/wording.ts";

const intervals = () => ({
  evaluation_interval: integer().optional(),
  delay_evaluation: integer().optional(),
});

const policies = { bandit: "Bandit", median_stopping: "MedianStopping", truncation_selection: "TruncationSelection" };

const earlyTerminationSchema = () =>
  z.preprocess(
    (value) => {
      if (!isMapping(value)) return value;
      const { data } = wordOf(policies).safeParse(value["type"]);
      return data === undefined ? value : { ...value, type: data };
    },
    z.discriminatedUnion("type", [
      z.strictObject({
        type: z.literal("bandit"),
        ...intervals(),
        slack_factor: number().optional(),
        slack_amount: number().optional(),
      }),
      z.strictObject({ type: z.literal("median_stopping"), ...intervals() }),
      z.strictObject({ type: z.literal("truncation_selection"), ...intervals(), truncation_percentage: integer() }),
    ]),
  );

export const sweepSchema = () =>
  z.strictObject({
    sampling_algorithm: oneOf(["random", "grid", "bayesian"]),
    early_termination: earlyTerminationSchema().optional(),
  });

type Sweep = z.infer<ReturnType<typeof sweepSchema>>;
type Policy = NonNullable<Sweep["early_termination"]>;

/** A policy with the official client's defaults, in az ml's own words. */
function withDefaults(policy: Policy): Policy {
  const { delay_evaluation = 0 } = policy;
  switch (policy.type) {
    case "bandit": {
      const { evaluation_interval = 0, slack_factor = 0, slack_amount = 0 } = policy;
      return { type: "bandit", evaluation_interval, delay_evaluation, slack_factor, slack_amount };
    }
    case "median_stopping":
    case "truncation_selection":
      return { ...policy, evaluation_interval: policy.evaluation_interval ?? 1, delay_evaluation };
  }
}

export function toSweepSettings({ sampling_algorithm: samplingAlgorithm, early_termination: policy }: Sweep): object {
  if (policy === undefined) return { samplingAlgorithm };
  const { type, ...members } = withDefaults(policy);
  const inCamelCase = Object.entries(members).map(([key, value]) => [
    key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    value as unknown,
  ]);
  return {
    samplingAlgorithm,
    earlyTermination: { policyType: policies[type], ...(Object.fromEntries(inCamelCase) as object) },
  };
}

/** The sweep of a step, any part of which may be bound to an input of the pipeline. */
export function toStepSweep(sweep: unknown): unknown {
  if (!isMapping(sweep) || !isMapping(sweep["early_termination"])) return sweep;
  return { ...sweep, early_termination: withDefaults(sweep["early_termination"] as Policy) };
}
