/** Keys that nothing else has which is written in YAML for Azure ML. */
const ownKeys = ["communicator", "nodeCount", "maxRunDurationSeconds", "dataReferences", "outputData", "datacaches"];
/** Keys of the jobs and components of az ml that no run configuration has. */
const otherKeys = ["$schema", "type", "code", "compute", "inputs", "outputs", "resources", "experiment_name", "jobs"];

/** Tells a run configuration of the first SDK by its keys, or by the end of its file's name. */
export function isRunConfiguration(value: Readonly<Record<string, unknown>>, file = ""): boolean {
  const has = (...keys: readonly string[]) => keys.every((key) => Object.hasOwn(value, key));
  if (has("$schema")) return false;
  if (file.toLowerCase().endsWith(".runconfig") || has("script", "framework") || has("framework", "target"))
    return true;
  if (otherKeys.some((key) => has(key))) return false;
  const isScript = has("script") && (has("arguments") || has("target"));
  return isScript || has("framework", "environment") || ownKeys.some((key) => has(key));
}
