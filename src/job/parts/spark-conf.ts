import * as z from "zod";
import { pythonText } from "../../yaml/python-text.ts";
import { mismatch } from "../../yaml/wording.ts";
import { scalar } from "./inputs.ts";
import type { PartReader } from "./read-part.ts";

/** az ml's short names of Spark's own settings. */
const fullNames = {
  driver_cores: "spark.driver.cores",
  driver_memory: "spark.driver.memory",
  executor_cores: "spark.executor.cores",
  executor_memory: "spark.executor.memory",
  executor_instances: "spark.executor.instances",
  dynamic_allocation_enabled: "spark.dynamicAllocation.enabled",
  dynamic_allocation_min_executors: "spark.dynamicAllocation.minExecutors",
  dynamic_allocation_max_executors: "spark.dynamicAllocation.maxExecutors",
} as const;

type ShortName = keyof typeof fullNames;

export const confSchema = () =>
  z
    .record(z.string(), scalar(), {
      error: ({ input, code }) => (code === "invalid_type" ? mismatch(input, "a mapping") : undefined),
    })
    .describe("Spark's settings, by their own names (spark.driver.cores) or az ml's short ones (driver_cores).");

/** Settings by their own names, as text: what the service is sent. */
export type SparkConf = Readonly<Record<string, string>>;

type Declared = z.infer<ReturnType<typeof confSchema>>;
type Setting = { readonly key: string; readonly value: string | number | boolean; readonly text: string };

/** The settings as the official client sends them, with its rules: sizes are required, and so are the bounds of what is dynamic. */
export function readConf(declared: Declared, reader: PartReader): SparkConf {
  const settings = new Map<string, Setting>();
  for (const [key, value] of Object.entries(declared)) {
    const name = Object.hasOwn(fullNames, key) ? fullNames[key as ShortName] : key;
    const { node } = reader;
    const text = pythonText(value, node.document.textAt?.([...node.path, "conf", key]));
    if (name !== key && Object.hasOwn(declared, name)) {
      const message = `${key} and ${name} are the same setting; ${name} is what is sent.`;
      reader.add("said-twice", ["conf", key], message, "Keep one of them.", "warning");
    } else settings.set(name, { key, value, text });
  }
  const isDynamic = readSwitch(settings, reader);
  checkSizes(settings, isDynamic, reader);
  checkMemory(settings, reader);
  if (isDynamic) checkBounds(settings, reader);
  else checkNoBounds(settings, reader);
  return toConf(settings, isDynamic);
}

function toConf(settings: ReadonlyMap<string, Setting>, isDynamic: boolean): SparkConf {
  const { dynamic_allocation_enabled: enabled, executor_instances: instances } = fullNames;
  const conf = Object.fromEntries([...settings].map(([name, { text }]) => [name, text]));
  const { [enabled]: _, ...rest } = conf;
  if (!isDynamic) return rest;
  const minimum = rest[fullNames.dynamic_allocation_min_executors];
  // Where dynamic allocation is switched on by the number 1, the official client leaves the instances open.
  const isOpen = isEmpty(settings.get(instances)) && settings.get(enabled)?.value !== 1 && minimum !== undefined;
  return { ...rest, [enabled]: "True", ...(isOpen ? { [instances]: minimum } : {}) };
}

/** Nothing, and what Python takes for nothing. */
function isEmpty(setting: Setting | undefined): boolean {
  return setting === undefined || setting.value === 0 || setting.value === "";
}

function readSwitch(settings: ReadonlyMap<string, Setting>, { add }: PartReader): boolean {
  const setting = settings.get(fullNames.dynamic_allocation_enabled);
  if (setting === undefined) return false;
  const { key, value } = setting;
  if (value === true || value === 1 || value === "true" || value === "True") return true;
  if (value !== false && value !== 0 && value !== "false" && value !== "False") {
    const message = `${key} is ${JSON.stringify(value)}, which is neither true nor false.`;
    add("wrong-value", ["conf", key], message, "Write true or false.");
  }
  return false;
}

const sizes = ["driver_cores", "driver_memory", "executor_cores", "executor_memory"] as const;

function checkSizes(settings: ReadonlyMap<string, Setting>, isDynamic: boolean, { add }: PartReader): void {
  const required: readonly ShortName[] = isDynamic ? sizes : [...sizes, "executor_instances"];
  for (const short of required) {
    const name = fullNames[short];
    if (!isEmpty(settings.get(name))) continue;
    const message = `The setting ${name} is missing: a Spark job has to say how large its driver and executors are.`;
    add("missing-key", ["conf"], message, `Add ${name} below conf.`);
  }
  const instances = settings.get(fullNames.executor_instances);
  if (instances !== undefined && Number(instances.value) < 0) {
    const message = `${instances.key} is ${instances.text}.`;
    add("out-of-range", ["conf", instances.key], message, "Use 1 or more.");
  }
}

/** @see https://spark.apache.org/docs/latest/configuration.html#spark-properties */
function checkMemory(settings: ReadonlyMap<string, Setting>, { add }: PartReader): void {
  for (const name of [fullNames.driver_memory, fullNames.executor_memory]) {
    const setting = settings.get(name);
    if (setting === undefined || setting.value === "" || /^\d+([kmgtp]b?|b)?$/i.test(setting.text)) continue;
    const message = `${setting.key} is ${JSON.stringify(setting.value)}, which is not a size of memory.`;
    add("wrong-value", ["conf", setting.key], message, "Write a whole number and a unit: 512m, 2g.");
  }
}

function checkBounds(settings: ReadonlyMap<string, Setting>, { add }: PartReader): void {
  const numberOf = (short: ShortName): number | undefined => {
    const name = fullNames[short];
    const setting = settings.get(name);
    if (setting === undefined) {
      const message = `The setting ${name} is missing: dynamic allocation needs its bounds.`;
      add("missing-key", ["conf"], message, `Add ${name} below conf.`);
      return undefined;
    }
    if (typeof setting.value === "number") return setting.value;
    const message = `${setting.key} is ${JSON.stringify(setting.value)}, which is not a number.`;
    add("wrong-value", ["conf", setting.key], message, "Write it in digits, without quotes.");
    return undefined;
  };
  const minimum = numberOf("dynamic_allocation_min_executors");
  const maximum = numberOf("dynamic_allocation_max_executors");
  if (minimum === undefined || maximum === undefined) return;
  const at = (short: ShortName) => ["conf", settings.get(fullNames[short])?.key ?? fullNames[short]];
  if (minimum <= 0 || minimum > maximum) {
    const message = `With dynamic allocation there are at least ${minimum} executors and at most ${maximum}.`;
    add("out-of-range", at("dynamic_allocation_min_executors"), message, "Use at least 1, and at most the maximum.");
    return;
  }
  const instances = settings.get(fullNames.executor_instances);
  if (instances === undefined || isEmpty(instances)) return;
  const count = Number(instances.value);
  if (count >= minimum && count <= maximum) return;
  const message = `${instances.key} is ${instances.text}, and dynamic allocation keeps to ${minimum} to ${maximum}.`;
  add("out-of-range", at("executor_instances"), message, "Use a number in between, or leave it out.");
}

function checkNoBounds(settings: ReadonlyMap<string, Setting>, { add }: PartReader): void {
  for (const short of ["dynamic_allocation_min_executors", "dynamic_allocation_max_executors"] as const) {
    const setting = settings.get(fullNames[short]);
    if (setting === undefined) continue;
    const message = `${setting.key} is a bound of dynamic allocation, which is not enabled.`;
    add(
      "wrong-key",
      ["conf", setting.key],
      message,
      `Remove it, or add ${fullNames.dynamic_allocation_enabled}: true.`,
    );
  }
}
