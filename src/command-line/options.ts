import { parseArgs } from "node:util";
import type { InputName } from "../inputs.ts";
import { suggestionFor } from "../yaml/suggestion.ts";

/** What can be called from a terminal. Everything that writes to Azure belongs into a workflow. */
export const lineCommands = {
  validate: "Check declaration files. No network, no credentials.",
  plan: "Compare the declaration with the live workspace and show what apply would do. Reads only.",
  init: "Write an azureml.yml for the az ml files of this folder, or for a live workspace.",
} as const;
export type LineCommand = keyof typeof lineCommands;

/** An option of the command line. */
type Option = {
  /** `switch` takes no value; `list` may be given several times. */
  readonly takes: "switch" | "value" | "list";
  /** Stands for the value in the help: `PATH`. */
  readonly value?: string;
  readonly help: string;
  readonly for: readonly LineCommand[];
};

/** Why an input of the action is no option, and what to do in its place. */
type NoOption = { readonly why: string };

const both = ["validate", "plan"] as const;
const connecting = ["plan", "init"] as const;
const all = ["validate", "plan", "init"] as const;
const writes = { why: "is for commands that write, which the command line has none of. Set it in the workflow." };
const secret = (variable: string) => ({
  why: `would be seen by everybody on this machine. Set the environment variable ${variable}.`,
});
const reports = { why: "is about GitHub's pages, and there are none here. Leave it out." };

/** Every input of the action: as the option of the same name, or why it is none. A new input has to be decided on here. */
const inputOptions = {
  command: { why: "is the first word: azureml-targets validate." },
  config: {
    takes: "list",
    value: "PATHS",
    for: both,
    help: "Paths and globs of declaration files; the same as paths without an option. Default: azureml.yml.",
  },
  targets: { takes: "value", value: "YAML", for: both, help: "A YAML list of targets, beside what is in files." },
  only: { takes: "list", value: "NAMES", for: both, help: "Names of the targets to look at. Default: all." },
  run: { takes: "value", value: "PATH", for: both, help: "Job file, in place of the one that the declaration names." },
  deploy: {
    takes: "list",
    value: "PATHS",
    for: both,
    help: "Files of what is deployed, in place of what the declaration names.",
  },
  set: {
    takes: "list",
    value: "PATH=VALUE",
    for: both,
    help: "Override of a declaration: targets.cpu-cluster.max_instances=8.",
  },
  "run-name": writes,
  "subscription-id": {
    takes: "value",
    value: "ID",
    for: all,
    help: "Subscription of the workspace. Default: the declaration's, then AZURE_SUBSCRIPTION_ID.",
  },
  "resource-group": {
    takes: "value",
    value: "NAME",
    for: all,
    help: "Resource group of the workspace. Default: the declaration's, then AZURE_RESOURCE_GROUP.",
  },
  workspace: {
    takes: "value",
    value: "NAME",
    for: all,
    help: "Name of the workspace. Default: the declaration's, then AZURE_ML_WORKSPACE.",
  },
  auth: {
    takes: "value",
    value: "WAY",
    for: connecting,
    help: "auto, oidc, service-principal, managed-identity or azure-cli. Default: auto, which takes a service principal or an ID token where there is one, else the session of az login.",
  },
  "client-id": {
    takes: "value",
    value: "ID",
    for: connecting,
    help: "Client ID of the identity. Default: AZURE_CLIENT_ID.",
  },
  "tenant-id": {
    takes: "value",
    value: "ID",
    for: connecting,
    help: "Tenant of the identity. Default: AZURE_TENANT_ID.",
  },
  "client-secret": secret("AZURE_CLIENT_SECRET"),
  creds: secret("AZURE_CLIENT_SECRET, beside AZURE_CLIENT_ID and AZURE_TENANT_ID"),
  cloud: {
    takes: "value",
    value: "NAME",
    for: connecting,
    help: "AzureCloud (default), AzureUSGovernment, AzureChinaCloud, or the URL of an ARM endpoint.",
  },
  "on-drift": {
    takes: "value",
    value: "WHAT",
    for: ["plan"],
    help: "What apply would be told to do about a target that differs: fail (default), update, reattach, ignore.",
  },
  "on-conflict": {
    takes: "value",
    value: "WHAT",
    for: ["plan"],
    help: "What apply would be told to do about a resource attached under another name: fail (default), adopt, replace.",
  },
  force: {
    takes: "switch",
    for: ["plan", "init"],
    help: "plan: go ahead although something uses the target. init: overwrite the file.",
  },
  wait: writes,
  "timeout-minutes": writes,
  "on-timeout": writes,
  rerun: writes,
  parallel: {
    takes: "value",
    value: "COUNT",
    for: ["plan"],
    help: "How many targets are looked at at once. Default: 16.",
  },
  "allow-delete": {
    takes: "switch",
    for: ["plan"],
    help: "Let a change that the service can only make by re-creating a compute be planned.",
  },
  "plan-file": { takes: "value", value: "PATH", for: ["plan"], help: "Write the plan to this file, for apply." },
  "expect-no-changes": {
    takes: "switch",
    for: ["plan"],
    help: "Exit with 3 when anything would change.",
  },
  "cancel-superseded": writes,
  download: writes,
  "download-path": writes,
  "changed-only": {
    why: "asks GitHub what a pull request changes. Give the changed files: azureml-targets validate --changed $(git diff --name-only main).",
  },
  "sarif-path": {
    takes: "value",
    value: "PATH",
    for: ["validate"],
    help: "Write the problems to this file as SARIF 2.1.0.",
  },
  summary: reports,
  comment: reports,
  "github-token": reports,
  "working-directory": {
    takes: "value",
    value: "PATH",
    for: all,
    help: "The folder that paths are relative to. Default: this one.",
  },
} as const satisfies Readonly<Record<InputName, Option | NoOption>>;

/** What only a command line has. */
const ownOptions = {
  changed: {
    takes: "switch",
    for: ["validate"],
    help: "The paths are files that have changed: those that declare nothing are skipped, and declarations that refer to one of them are checked. What the pre-commit hook gives.",
  },
  json: {
    takes: "switch",
    for: both,
    help: "Write the result as JSON to standard output, and everything else to standard error.",
  },
  "from-workspace": {
    takes: "switch",
    for: ["init"],
    help: "Read the computes of the live workspace, and write them as targets.",
  },
  output: {
    takes: "value",
    value: "PATH",
    for: ["init"],
    help: "The file to write. Default: azureml.yml; - is standard output.",
  },
  help: { takes: "switch", for: all, help: "Show this help." },
  version: { takes: "switch", for: all, help: "Show the version." },
} as const satisfies Readonly<Record<string, Option>>;

const options: Readonly<Record<string, Option | NoOption>> = { ...inputOptions, ...ownOptions };

/** The options of a command, in the order of the help. */
export function optionsOf(command: LineCommand): readonly (readonly [name: string, option: Option])[] {
  return Object.entries(options).flatMap(([name, option]) =>
    "why" in option || !option.for.includes(command) ? [] : [[name, option] as const],
  );
}

/** What was called by mistake: nothing was done. */
export class WrongUsage extends Error {}

/** A command line that was understood. */
export type Call = {
  readonly command: LineCommand | undefined;
  /** What stands behind the command without an option. */
  readonly paths: readonly string[];
  /** Texts of options by name; those of a list joined by line ends. A switch that is on is `true`. */
  readonly given: ReadonlyMap<string, string>;
};

/** @throws WrongUsage with a sentence for people. */
export function parseCall(args: readonly string[]): Call {
  const { tokens } = parseArgs({
    args: [...args],
    options: {
      ...Object.fromEntries(
        Object.entries(options).map(([name, option]) => [
          name,
          { type: "why" in option || option.takes === "switch" ? ("boolean" as const) : ("string" as const) },
        ]),
      ),
      help: { type: "boolean", short: "h" },
    },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const [first, ...paths] = tokens.flatMap((token) => (token.kind === "positional" ? token.value : []));
  const found = tokens.flatMap((token) => (token.kind === "option" ? token : []));
  const isAsked = found.some(({ name }) => name === "help" || name === "version");
  const command = commandOf(first, isAsked);
  const given = new Map<string, string>();
  for (const { name, rawName, value, inlineValue } of found) {
    const option = checkedOption(name, rawName, command, isAsked);
    const text = valueOf(option, rawName, value, inlineValue === true);
    const before = given.get(name);
    if (before !== undefined && option.takes === "value" && before !== text)
      throw new WrongUsage(`${rawName} is given twice, as ${JSON.stringify(before)} and as ${JSON.stringify(text)}.`);
    given.set(name, before === undefined || option.takes !== "list" ? text : `${before}\n${text}`);
  }
  return { command, paths, given };
}

function commandOf(word: string | undefined, isAsked: boolean): LineCommand | undefined {
  if (word === undefined && isAsked) return undefined;
  const known = Object.keys(lineCommands).join(", ");
  if (word === undefined) throw new WrongUsage(`No command is given. Commands are ${known}.`);
  if (Object.hasOwn(lineCommands, word)) return word as LineCommand;
  if (["apply", "train", "deploy", "up", "detach", "doctor"].includes(word))
    throw new WrongUsage(
      `${word} is a command of the action alone: call it in a workflow. Commands here are ${known}.`,
    );
  const near = suggestionFor(word, Object.keys(lineCommands));
  throw new WrongUsage(`There is no command ${JSON.stringify(word)}.${near} Commands are ${known}.`);
}

function checkedOption(name: string, rawName: string, command: LineCommand | undefined, isAsked: boolean): Option {
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (option === undefined) {
    const own = command === undefined ? Object.keys(options) : optionsOf(command).map(([one]) => one);
    const near = suggestionFor(name, own).replace("Did you mean ", "Did you mean --");
    throw new WrongUsage(`There is no option ${rawName}.${near}`);
  }
  if ("why" in option) throw new WrongUsage(`The input ${name} is not an option here: it ${option.why}`);
  if (command !== undefined && !isAsked && !option.for.includes(command))
    throw new WrongUsage(`${rawName} is not for ${command}, only for ${option.for.join(" and ")}. Leave it out.`);
  return option;
}

function valueOf(option: Option, rawName: string, value: string | undefined, isInline: boolean): string {
  if (option.takes === "switch") {
    if (value === undefined || value === "true") return "true";
    if (value === "false") return "";
    throw new WrongUsage(`${rawName} takes no value but true or false, and was given ${JSON.stringify(value)}.`);
  }
  // What begins with a dash is more likely the next option.
  if (value === undefined || value === "" || (!isInline && value.startsWith("-") && value !== "-"))
    throw new WrongUsage(`${rawName} needs a value: ${rawName}=${option.value ?? "VALUE"}.`);
  return value;
}
