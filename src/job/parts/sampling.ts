import type { NodePath } from "../../yaml/source.ts";
import type { RunnerFault } from "../kind.ts";
import { namesOf, type Distribution, type Option, type SearchSpace } from "./search-space.ts";
import type { Sampling } from "./tuning.ts";

/** The values of one trial, by the names of the parameters. An option that is a mapping has its values below it. */
export type TrialValues = Readonly<Record<string, unknown>>;

/** Draws in a row that bring nothing new, after which a search space counts as used up. Our choice. */
const mostRepeats = 1000;

/** What a machine by itself cannot sample. Places are counted from the job. */
export function samplingFaults(sampling: Sampling | undefined, space: SearchSpace): readonly RunnerFault[] {
  const at = (...path: NodePath) => ["sampling_algorithm", ...path];
  const type = typeof sampling === "object" ? sampling.type : sampling;
  if (type === undefined)
    return [{ path: [], message: "The sweep has no sampling_algorithm; the runner takes random or grid." }];
  if (type === "bayesian") {
    const message =
      "Bayesian sampling is the service's: it learns from earlier trials. The runner takes random or grid.";
    return [{ path: at(), message }];
  }
  if (typeof sampling === "object" && sampling.type === "random" && sampling.rule === "sobol")
    return [{ path: at("rule"), message: "Sobol sequences are the service's; the runner draws at random." }];
  const endless = Object.entries(space).flatMap(([name, distribution]) => (isFinite(distribution) ? [] : [name]));
  if (type !== "grid" || endless.length === 0) return [];
  return [{ path: at(), message: `Grid sampling takes only choices between values, not ${namesOf(endless)}.` }];
}

/** True for a choice between values that are none but values. */
function isFinite(distribution: Distribution): boolean {
  if (distribution.type !== "choice") return false;
  return distribution.values.every(
    (option) => typeof option !== "object" || Object.values(option).every((part) => typeof part !== "object"),
  );
}

/**
 * The trials of a sweep: at most `most`, no two of them alike, in the order in which they run.
 *
 * @param seed for random sampling that names none: the same seed gives the same trials.
 */
export function sampleTrials(
  sampling: Sampling | undefined,
  space: SearchSpace,
  most: number,
  seed: number,
): readonly TrialValues[] {
  if ((typeof sampling === "object" ? sampling.type : sampling) === "grid") return gridOf(space, most);
  const own = typeof sampling === "object" && sampling.type === "random" ? sampling : undefined;
  const base = own?.logbase === undefined || own.logbase === "e" ? Math.E : Number(own.logbase);
  const random = generatorOf(own?.seed ?? seed);
  const trials = new Map<string, TrialValues>();
  for (let repeats = 0; trials.size < most && repeats < mostRepeats;) {
    const values = Object.fromEntries(
      Object.entries(space).map(([name, distribution]) => [name, draw(distribution, random, base)]),
    );
    const key = JSON.stringify(values);
    repeats = trials.has(key) ? repeats + 1 : 0;
    trials.set(key, values);
  }
  return [...trials.values()];
}

/** Every combination once, the last parameter changing first; no more of them are made than are asked for. */
function gridOf(space: SearchSpace, most: number): readonly TrialValues[] {
  return Object.entries(space).reduce<readonly TrialValues[]>(
    (trials, [name, distribution]) =>
      trials
        .flatMap((values) =>
          distribution.type === "choice" ? distribution.values.map((option) => ({ ...values, [name]: option })) : [],
        )
        .slice(0, most),
    [{}],
  );
}

/** From 0 to below 1. */
type Random = () => number;

/** A counter whose bits are mixed (SplitMix32): small, and the same on every machine. */
function generatorOf(seed: number): Random {
  let counter = seed >>> 0;
  return () => {
    counter = (counter + 0x9e3779b9) >>> 0;
    let bits = Math.imul(counter ^ (counter >>> 16), 0x21f0aaad);
    bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
    return ((bits ^ (bits >>> 15)) >>> 0) / 2 ** 32;
  };
}

/**
 * One value of a parameter.
 *
 * @param base of the logarithms: the value is the base to the power of what is drawn.
 * @see https://learn.microsoft.com/azure/machine-learning/how-to-tune-hyperparameters
 */
function draw(distribution: Distribution, random: Random, base: number): unknown {
  switch (distribution.type) {
    case "choice":
      return drawOption(distribution.values[Math.floor(random() * distribution.values.length)], random, base);
    case "randint":
      return Math.floor(random() * distribution.upper);
    case "uniform":
      return between(distribution, random);
    case "loguniform":
      return base ** between(distribution, random);
    case "quniform":
      return multiple(between(distribution, random), distribution.q);
    case "qloguniform":
      return multiple(base ** between(distribution, random), distribution.q);
    case "normal":
      return around(distribution, random);
    case "lognormal":
      return base ** around(distribution, random);
    case "qnormal":
      return multiple(around(distribution, random), distribution.q);
    case "qlognormal":
      return multiple(base ** around(distribution, random), distribution.q);
  }
}

function drawOption(option: Option | undefined, random: Random, base: number): unknown {
  if (typeof option !== "object") return option;
  return Object.fromEntries(
    Object.entries(option).map(([name, part]) => [name, typeof part === "object" ? draw(part, random, base) : part]),
  );
}

function between({ min_value: min, max_value: max }: { min_value: number; max_value: number }, random: Random): number {
  return min + (max - min) * random();
}

/** By Box and Muller. */
function around({ mu, sigma }: { mu: number; sigma: number }, random: Random): number {
  return mu + sigma * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** The nearest multiple, without the digits that floating point adds behind it. */
function multiple(value: number, step: number): number {
  return Number((Math.round(value / step) * step).toPrecision(12));
}

/** As a command and a variable have it. */
export function valueText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The value that `${{search_space.NAME}}`, or `${{search_space.NAME.PART}}`, stands for. */
export function valueAt(values: TrialValues, name: string): string | undefined {
  const found = name
    .split(".")
    .reduce<unknown>(
      (value, part) =>
        typeof value === "object" && value !== null && Object.hasOwn(value, part)
          ? (value as TrialValues)[part]
          : undefined,
      values,
    );
  return found === undefined ? undefined : valueText(found);
}
