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

/** With the official client's defaults. */
export function toSweepSettings(sweep: z.infer<ReturnType<typeof sweepSchema>>): object {
  const { sampling_algorithm: samplingAlgorithm, early_termination: policy } = sweep;
  if (policy === undefined) return { samplingAlgorithm };
  const { evaluation_interval: interval, delay_evaluation: delayEvaluation = 0, type } = policy;
  const evaluationInterval = interval ?? (type === "bandit" ? 0 : 1);
  const own =
    type === "bandit"
      ? { slackFactor: policy.slack_factor ?? 0, slackAmount: policy.slack_amount ?? 0 }
      : type === "truncation_selection"
        ? { truncationPercentage: policy.truncation_percentage }
        : {};
  return {
    samplingAlgorithm,
    earlyTermination: { policyType: policies[type], evaluationInterval, delayEvaluation, ...own },
  };
}
