import * as z from "zod";
import { parseResourceId } from "../../azure/resource-id.ts";
import { speltType } from "../../job/parts/spelling.ts";
import { boolean, integer, number, oneOf, text } from "../../yaml/shape.ts";
import { valueAt } from "../../yaml/source.ts";
import { isMapping } from "../../yaml/wording.ts";
import type { CheckedPart } from "./kind.ts";
import { anyMapping, dataInput, texts } from "./parts.ts";

const dataWindow = () =>
  z.strictObject({
    window_start: text().optional(),
    window_end: text().optional(),
    lookback_window_size: text().optional(),
    lookback_window_offset: text().optional(),
  });

const columnNames = () => z.record(z.string(), text());

const monitoredData = () => ({
  input_data: dataInput(),
  data_context: oneOf([
    ...(["model_inputs", "model_outputs", "training", "test", "validation", "ground_truth"] as const),
  ]).optional(),
  pre_processing_component: text().optional(),
  data_window: dataWindow().optional(),
});

const productionData = () => z.strictObject({ ...monitoredData(), data_column_names: columnNames().optional() });
const referenceData = () =>
  z.strictObject({
    ...monitoredData(),
    target_column_name: text().optional(),
    data_column_names: columnNames().optional(),
  });

const attributionData = () =>
  z.strictObject({
    ...monitoredData(),
    data_column_names: z
      .strictObject({
        prediction: text().optional(),
        prediction_probability: text().optional(),
        correlation_id: text().optional(),
      })
      .optional(),
  });

const languageData = () =>
  z.strictObject({
    input_data: dataInput(),
    data_column_names: anyMapping(),
    data_window: dataWindow().optional(),
  });

const numbers = <Name extends string>(...names: readonly Name[]) =>
  z.strictObject(Object.fromEntries(names.map((name) => [name, number().optional()])));

const byColumnType = (numerical: z.ZodType, categorical: z.ZodType) =>
  z
    .strictObject({
      threshold: number().optional(),
      data_type: oneOf(["numerical", "categorical"]).optional(),
      numerical: numerical.optional(),
      categorical: categorical.optional(),
    })
    .optional();

const drift = () =>
  byColumnType(
    numbers(
      ...["jensen_shannon_distance", "normalized_wasserstein_distance", "population_stability_index"],
      "two_sample_kolmogorov_smirnov_test",
    ),
    numbers("jensen_shannon_distance", "population_stability_index", "pearsons_chi_squared_test"),
  );

const quality = () => numbers("null_value_rate", "data_type_error_rate", "out_of_bounds_rate");

const features = () =>
  z.union([
    z.strictObject({ top_n_feature_importance: integer().optional() }),
    oneOf(["all_features"]),
    z.array(text()),
  ]);

const segment = () => z.strictObject({ feature_name: text().optional(), feature_values: z.array(text()).optional() });

const compared = () => ({
  production_data: productionData().optional(),
  reference_data: referenceData().optional(),
  alert_enabled: boolean().optional(),
  properties: anyMapping(),
});

const rates = (name: string) => numbers(`aggregated_${name}_pass_rate`, `acceptable_${name}_score_per_instance`);
const language = ["groundedness", "relevance", "coherence", "fluency", "similarity"] as const;

const signals = () =>
  [
    z.strictObject({
      ...compared(),
      type: z.literal("data_drift"),
      features: features().optional(),
      feature_type_override: anyMapping(),
      data_segment: segment().optional(),
      metric_thresholds: drift(),
    }),
    z.strictObject({
      ...compared(),
      type: z.literal("data_quality"),
      features: features().optional(),
      feature_type_override: anyMapping(),
      metric_thresholds: byColumnType(quality(), quality()),
    }),
    z.strictObject({ ...compared(), type: z.literal("prediction_drift"), metric_thresholds: drift() }),
    z.strictObject({
      type: z.literal("feature_attribution_drift"),
      production_data: z.array(attributionData()).optional(),
      reference_data: referenceData(),
      alert_enabled: boolean().optional(),
      metric_thresholds: numbers("threshold", "normalized_discounted_cumulative_gain"),
    }),
    z.strictObject({
      ...compared(),
      type: z.literal("model_performance"),
      data_segment: segment().optional(),
      metric_thresholds: z.strictObject({
        threshold: number().optional(),
        classification: numbers("accuracy", "precision", "recall").optional(),
        regression: numbers("mae", "mse", "rmse").optional(),
      }),
    }),
    z.strictObject({
      type: z.literal("custom"),
      component_id: text(),
      metric_thresholds: z.array(z.strictObject({ metric_name: text().optional(), threshold: number().optional() })),
      connection: z
        .strictObject({ environment_variables: columnNames().optional(), secret_config: columnNames().optional() })
        .optional(),
      inputs: z.record(z.string(), dataInput()).optional(),
      input_data: z.record(z.string(), referenceData()).optional(),
      alert_enabled: boolean().optional(),
    }),
    z.strictObject({
      type: z.literal("generation_safety_quality"),
      production_data: z.array(languageData()),
      connection_id: text().optional(),
      metric_thresholds: z.strictObject(Object.fromEntries(language.map((name) => [name, rates(name).optional()]))),
      alert_enabled: boolean().optional(),
      properties: anyMapping(),
      sampling_rate: number().optional(),
    }),
    z.strictObject({
      type: z.literal("generation_token_statistics"),
      production_data: languageData().optional(),
      metric_thresholds: z
        .strictObject({ totaltoken: numbers("total_token_count", "total_token_count_per_group").optional() })
        .optional(),
      alert_enabled: boolean().optional(),
      properties: anyMapping(),
      sampling_rate: number().optional(),
    }),
  ] as const;

const signalTypes = [
  ...["data_drift", "data_quality", "prediction_drift", "feature_attribution_drift", "model_performance"],
  ...["custom", "generation_safety_quality", "generation_token_statistics"],
];

/** `azureml:ENDPOINT:DEPLOYMENT`, or the full id of the deployment. */
const deploymentId = () =>
  text().refine(
    (id) =>
      /^(?:azureml:)?[^:/]+:[^:/]+$/.test(id) ||
      parseResourceId(id.replace(/^azureml:/, ""))?.type.toLowerCase() ===
        "microsoft.machinelearningservices/workspaces/onlineendpoints/deployments",
    {
      error: ({ input }) =>
        `${JSON.stringify(input)} does not name a deployment. Write azureml:ENDPOINT:DEPLOYMENT, or its full ARM ID.`,
    },
  );

export const monitor = () =>
  z.strictObject({
    compute: z.strictObject({
      compute_type: text().optional(),
      runtime_version: text().refine(
        (version) => ["3.4", "3.5"].includes(version),
        'Monitors run on Spark 3.4 or 3.5. Write "3.4" or "3.5", in quotes.',
      ),
      instance_type: text(),
    }),
    monitoring_target: z
      .strictObject({
        ml_task: oneOf(["classification", "regression", "questionanswering"]).optional(),
        model_id: text().optional(),
        endpoint_deployment_id: deploymentId().optional(),
      })
      .optional(),
    monitoring_signals: z
      .record(z.string(), speltType(signalTypes, z.discriminatedUnion("type", signals())))
      .optional(),
    alert_notification: z.union([oneOf(["azmonitoring"]), z.strictObject({ emails: texts() })]).optional(),
  });

/** A deployment that collects data stands for what a signal leaves out; without one everything has to be written. */
export function checkMonitor({ node, add }: CheckedPart): void {
  const target = valueAt(node, ["create_monitor", "monitoring_target", "endpoint_deployment_id"]);
  const declared = valueAt(node, ["create_monitor", "monitoring_signals"]);
  if (!isMapping(declared) || Object.keys(declared).length === 0) {
    if (target !== undefined) return;
    add(
      "missing-key",
      ["create_monitor"],
      "The monitor has no signals, and no deployment whose collected data they could be made of.",
      "Add monitoring_signals, or monitoring_target with endpoint_deployment_id.",
    );
    return;
  }
  if (target !== undefined) return;
  for (const [name, signal] of Object.entries(declared)) {
    if (!isMapping(signal)) continue;
    for (const key of needed(signal)) {
      if (signal[key] !== undefined) continue;
      add(
        "missing-key",
        ["create_monitor", "monitoring_signals", name],
        `The signal has no ${key}, and no deployment whose collected data would take its place.`,
        `Add ${key}, or monitoring_target with endpoint_deployment_id.`,
      );
    }
  }
}

function needed({ type }: Readonly<Record<string, unknown>>): readonly string[] {
  switch (type) {
    case "data_drift":
    case "data_quality":
    case "prediction_drift":
      return ["production_data", "reference_data"];
    case "feature_attribution_drift":
      return ["production_data"];
    default:
      return [];
  }
}
