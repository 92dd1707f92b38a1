import { isAbsolute, resolve } from "node:path";
import { giveSubscriptionId, isSubscriptionId } from "./azure/resource-id.ts";
import type { Command } from "./report/result.ts";
import { GlobRefused, parseGlob } from "./yaml/glob.ts";

/** Text of one input → its value. Throws an Error whose message says what is allowed; the reader adds the input's name. */
type ReadInput<Value> = (text: string) => Value;

const optionalText: ReadInput<string | undefined> = (text) => (text === "" ? undefined : text);

const subscription: ReadInput<string | undefined> = (text) => {
  if (text !== "" && !isSubscriptionId(text)) throw new Error(`is not a GUID. ${giveSubscriptionId}`);
  return optionalText(text);
};

const list: ReadInput<readonly string[]> = (text) =>
  text
    .split(/[\n,]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");

/** Patterns that would stand for too much are refused before anything is done. */
const globs: ReadInput<readonly string[]> = (text) => {
  const patterns = list(text);
  for (const pattern of patterns) {
    try {
      parseGlob(pattern);
    } catch (error) {
      if (!(error instanceof GlobRefused)) throw error;
      throw new Error(`a pattern ${error.message}`);
    }
  }
  return patterns;
};

const lines: ReadInput<readonly string[]> = (text) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

/** YAML 1.2's core schema, as `core.getBooleanInput` reads it. */
const trueOrFalse: ReadInput<boolean> = (text) => {
  if (/^(true|True|TRUE)$/.test(text)) return true;
  if (/^(false|False|FALSE)$/.test(text)) return false;
  throw new Error("must be true or false");
};

const autoOrNot: ReadInput<"auto" | boolean> = (text) => {
  if (text === "auto") return text;
  try {
    return trueOrFalse(text);
  } catch {
    throw new Error("must be auto, true or false");
  }
};

function oneOf<const Word extends string>(...words: readonly Word[]): ReadInput<Word> {
  return (text) => {
    const word = words.find((allowed) => allowed === text);
    if (word === undefined) throw new Error(`must be one of ${words.join(", ")}`);
    return word;
  };
}

/** `2h` fails by name; it does not become 2. */
function wholeNumber(from: number, to: number): ReadInput<number> {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < from || value > to)
      throw new Error(`must be a whole number from ${from} to ${to}`);
    return value;
  };
}

/** Every command, in the order in which they are explained. */
export const commandNames = [
  "validate",
  "plan",
  "apply",
  "train",
  "deploy",
  "up",
  "detach",
  "doctor",
] as const satisfies readonly Command[];

/** Every input of `action.yml`: its default, and how it is read. */
export const inputTable = {
  command: { fallback: "up", read: oneOf(...commandNames) },
  config: { fallback: "azureml.yml", read: list },
  targets: { fallback: "", read: optionalText },
  only: { fallback: "", read: list },
  run: { fallback: "", read: optionalText },
  deploy: { fallback: "", read: list },
  set: { fallback: "", read: lines },
  "run-name": { fallback: "", read: optionalText },
  "subscription-id": { fallback: "", read: subscription },
  "resource-group": { fallback: "", read: optionalText },
  workspace: { fallback: "", read: optionalText },
  auth: { fallback: "auto", read: oneOf("auto", "oidc", "service-principal", "managed-identity", "azure-cli") },
  "client-id": { fallback: "", read: optionalText },
  "tenant-id": { fallback: "", read: optionalText },
  "client-secret": { fallback: "", read: optionalText },
  creds: { fallback: "", read: optionalText },
  cloud: { fallback: "AzureCloud", read: (text: string) => text },
  "on-drift": { fallback: "fail", read: oneOf("fail", "update", "reattach", "ignore") },
  "on-conflict": { fallback: "fail", read: oneOf("fail", "adopt", "replace") },
  force: { fallback: "false", read: trueOrFalse },
  wait: { fallback: "true", read: trueOrFalse },
  "timeout-minutes": { fallback: "330", read: wholeNumber(1, 30_240) },
  "on-timeout": { fallback: "leave", read: oneOf("leave", "cancel") },
  rerun: { fallback: "false", read: trueOrFalse },
  parallel: { fallback: "16", read: wholeNumber(1, 256) },
  "allow-delete": { fallback: "false", read: trueOrFalse },
  "plan-file": { fallback: "", read: optionalText },
  "expect-no-changes": { fallback: "false", read: trueOrFalse },
  "cancel-superseded": { fallback: "false", read: trueOrFalse },
  download: { fallback: "", read: globs },
  "download-path": { fallback: "outputs", read: (text: string) => text },
  "changed-only": { fallback: "false", read: trueOrFalse },
  "sarif-path": { fallback: "", read: optionalText },
  summary: { fallback: "true", read: trueOrFalse },
  comment: { fallback: "auto", read: autoOrNot },
  "github-token": { fallback: "", read: optionalText },
  "working-directory": { fallback: ".", read: (text: string) => text },
} as const satisfies Record<string, { readonly fallback: string; readonly read: ReadInput<unknown> }>;

type Table = typeof inputTable;
export type InputName = keyof Table;
type CamelCase<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

/** The inputs by their names in camelCase. Secrets among them are masked by the caller before anything else. */
export type Inputs = { readonly [Name in InputName as CamelCase<Name>]: ReturnType<Table[Name]["read"]> };

/** Inputs whose values are secrets. */
const secretInputs = ["client-secret", "creds", "github-token"] as const satisfies readonly InputName[];

/** All that was wrong with the inputs, at once. */
export class InvalidInputs extends Error {
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(faults.join("\n"));
    this.name = "InvalidInputs";
    this.faults = faults;
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The text of an input; empty when it was not given. The runner and a command line each have their own. */
export type GivenInputs = (name: InputName) => string;

/** The inputs as the runner hands them over: `INPUT_ON-DRIFT`. */
export function givenByRunner(environment: Environment): GivenInputs {
  return (name) => (environment[`INPUT_${name.replaceAll(" ", "_").toUpperCase()}`] ?? "").trim();
}

/** The command of a step, whatever is wrong with its other inputs; the default where nobody knows what was meant. */
export function commandOf(environment: Environment): Inputs["command"] {
  const given = givenByRunner(environment)("command");
  return commandNames.find((name) => name === given) ?? inputTable.command.fallback;
}

/** Reads every input of a step. @throws InvalidInputs that names each fault. */
export function readInputs(environment: Environment): Inputs {
  return readGiven(givenByRunner(environment), (name) => `Input '${name}'`);
}

/**
 * Reads every input, from wherever it was given.
 *
 * @param called what people know an input as: the beginning of a sentence about it.
 * @throws InvalidInputs that names each fault.
 */
export function readGiven(given: GivenInputs, called: (name: InputName) => string): Inputs {
  const faults: string[] = [];
  const entries = (Object.keys(inputTable) as InputName[]).map((name) => {
    const { fallback, read } = inputTable[name];
    const text = given(name) || fallback;
    try {
      return [camelCase(name), (read as ReadInput<unknown>)(text)] as const;
    } catch (error) {
      const shown =
        (secretInputs as readonly string[]).includes(name) || text === "" ? "" : ` is ${JSON.stringify(text)}:`;
      faults.push(`${called(name)}${shown} ${error instanceof Error ? error.message : String(error)}.`);
      return [camelCase(name), undefined] as const;
    }
  });
  const inputs = Object.fromEntries(entries) as unknown as Inputs;
  // A command that is not bound by the plan must not look as if it were.
  if (inputs.planFile !== undefined && !["plan", "apply", "up"].includes(inputs.command))
    faults.push(
      `${called("plan-file")} is for plan, apply and up; the command '${inputs.command}' does not use a plan.`,
    );
  if (faults.length > 0) throw new InvalidInputs(faults);
  return inputs;
}

function camelCase(name: string): string {
  return name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** The folder that paths are relative to: `working-directory` inside the checkout. */
export function workingDirectory(inputs: Pick<Inputs, "workingDirectory">, environment: Environment): string {
  const checkout = environment["GITHUB_WORKSPACE"] ?? process.cwd();
  return isAbsolute(inputs.workingDirectory) ? inputs.workingDirectory : resolve(checkout, inputs.workingDirectory);
}
