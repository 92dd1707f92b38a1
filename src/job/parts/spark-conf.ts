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
type Scalar = string | number | boolean;
type Setting = { readonly key: string; readonly value: Scalar; readonly text: string };
type Settings = ReadonlyMap<string, Setting>;

/** The settings as the official client sends them, with its rules: sizes are required, and so are the bounds of what is dynamic. */
export function readConf(declared: Declared, reader: PartReader): SparkConf {
  const settings = settingsOf(declared, reader);
  return toConf(settings, checkConf(settings, reader));
}

/** The settings of a step or a component, by their own names: numbers stay numbers. */
export type StepConf = Readonly<Record<string, Scalar>>;

/** Settings that nobody has checked: of a component, whose step may add to them, or of a step whose component is not known. */
export function readStepConf(declared: Declared, reader: PartReader): StepConf {
  return toStepConf(settingsOf(declared, reader));
}

/**
 * The settings of a step with those of its component. The sizes that it leaves out are the component's; all others are,
 * where it has none of its own.
 */
export function readWholeConf(declared: Declared, inherited: StepConf, reader: PartReader): StepConf {
  const own = settingsOf(declared, reader);
  const isSize = (name: string) => Object.values<string>(fullNames).includes(name);
  const hasOthers = [...own.keys()].some((name) => !isSize(name));
  const settings = new Map<string, Setting>(
    Object.entries(inherited).flatMap(([name, value]): [string, Setting][] =>
      isSize(name) || !hasOthers ? [[name, { key: name, value, text: String(value) }]] : [],
    ),
  );
  for (const [name, setting] of own) if (!isSize(name) || !isEmpty(setting)) settings.set(name, setting);
  const isDynamic = checkConf(settings, reader);
  const { dynamic_allocation_min_executors: minimum, executor_instances: instances } = fullNames;
  const fewest = settings.get(minimum);
  // Switched on by the number 1, the official client leaves the instances open.
  const isOpen = settings.get(fullNames.dynamic_allocation_enabled)?.value !== 1 && isEmpty(settings.get(instances));
  if (isDynamic && fewest !== undefined && isOpen) settings.set(instances, fewest);
  return withoutOff(toStepConf(settings));
}

function settingsOf(declared: Declared, reader: PartReader): Map<string, Setting> {
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
  return settings;
}

/** @returns whether allocation is dynamic. */
function checkConf(all: Settings, reader: PartReader): boolean {
  // What a setting of a step is bound to is known when the pipeline runs.
  const isBound = ({ value }: Setting) => typeof value === "string" && value.includes("${{");
  const settings = new Map([...all].filter(([, setting]) => !isBound(setting)));
  const isDynamic = readSwitch(settings, reader);
  checkSizes(all, isDynamic, reader);
  checkMemory(settings, reader);
  if (all.size > settings.size) return isDynamic;
  if (isDynamic) checkBounds(settings, reader);
  else checkNoBounds(settings, reader);
  return isDynamic;
}

/** Dynamic allocation that is switched off is not sent, but to a component that may have it switched on. */
export function withoutOff(conf: StepConf): StepConf {
  const { dynamic_allocation_enabled: enabled } = fullNames;
  return Object.fromEntries(Object.entries(conf).filter(([name, value]) => name !== enabled || value !== false));
}

/** The official client makes numbers of the digits of its own settings. */
function toStepConf(settings: Settings): StepConf {
  const sizes: readonly string[] = Object.values(fullNames);
  return Object.fromEntries(
    [...settings].map(([name, { value }]) => [
      name,
      typeof value === "string" && sizes.includes(name) && /^\d+$/.test(value) ? Number(value) : value,
    ]),
  );
}

function toConf(settings: Settings, isDynamic: boolean): SparkConf {
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

function readSwitch(settings: Settings, { add }: PartReader): boolean {
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

function checkSizes(settings: Settings, isDynamic: boolean, { add }: PartReader): void {
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
function checkMemory(settings: Settings, { add }: PartReader): void {
  for (const name of [fullNames.driver_memory, fullNames.executor_memory]) {
    const setting = settings.get(name);
    if (setting === undefined || setting.value === "" || /^\d+([kmgtp]b?|b)?$/i.test(setting.text)) continue;
    const message = `${setting.key} is ${JSON.stringify(setting.value)}, which is not a size of memory.`;
    add("wrong-value", ["conf", setting.key], message, "Write a whole number and a unit: 512m, 2g.");
  }
}

function checkBounds(settings: Settings, { add }: PartReader): void {
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

function checkNoBounds(settings: Settings, { add }: PartReader): void {
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
