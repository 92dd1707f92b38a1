import { existsSync } from "node:fs";
import { join } from "node:path";
import type { PartReader } from "../../job/parts/read-part.ts";
import type { DeployedModel } from "./model.ts";
import type { Scoring } from "./scoring.ts";

/**
 * What a deployment cannot do without, as far as it is known here. An MLflow model brings script and environment, and a
 * container of its own its server; az ml lets everything through, and it is the service that refuses. What is referred to is
 * not known, so nothing is said of it.
 */
export function warnOfLeftOut(
  model: DeployedModel | undefined,
  { code, environment }: Pick<Scoring, "code" | "environment">,
  { add }: PartReader,
): void {
  if (code !== undefined && environment === undefined) {
    const message = "There is a scoring script, but no environment to run it in.";
    add("missing-key", ["code_configuration"], message, "Add environment.", "warning");
    return;
  }
  if (model?.from !== "declared" || model.file.type !== "custom_model") return;
  const { location } = model.file;
  const isMlflow = location.from === "local" && existsSync(join(location.local, "MLmodel"));
  const fix = isMlflow ? "Write type: mlflow_model: the folder has a file MLmodel." : undefined;
  if (environment === undefined) {
    const message = "The model is of type custom_model, which needs an environment and a scoring script.";
    add("missing-key", ["model"], message, fix ?? "Add environment and code_configuration.", "warning");
    return;
  }
  const isOwnServer = environment.from === "reference" || environment.definition.inferenceConfig !== undefined;
  if (code !== undefined || isOwnServer) return;
  const message = "The environment says no routes of a server of its own, and there is no scoring script.";
  add(
    "missing-key",
    ["environment"],
    message,
    fix ?? "Add code_configuration, or inference_config to the environment.",
    "warning",
  );
}
