import { readFileSync, statSync } from "node:fs";
import * as z from "zod";
import { namedPath } from "../../yaml/named-path.ts";
import type { ProblemCode } from "../../yaml/problem-codes.ts";
import type { Problem } from "../../yaml/problem.ts";
import { integer, text } from "../../yaml/shape.ts";
import { positionOf, type SourceNode } from "../../yaml/source.ts";
import { member, type Comparison } from "../compare.ts";

/** A script that runs on the instance: once when it is created, or at every start. */
export type SetupScript = {
  /** `workspaceStorage`: a path there. `inline`: the script itself, in base64. */
  readonly source: "workspaceStorage" | "inline";
  readonly data: string;
  readonly command?: string;
  readonly timeoutMinutes?: number;
};

export type SetupScripts = { readonly creation?: SetupScript; readonly startup?: SetupScript };

const scriptSchema = () =>
  z.strictObject({
    path: text().optional().describe("Path in the workspace's file share: Users/ann/create.sh."),
    local_path: text()
      .optional()
      .describe("Path of a script beside this file, sent with the request, in place of path. Not of az ml."),
    command: text().optional().describe("Arguments of the script."),
    timeout_minutes: integer().optional(),
  });

export const setupScriptsSchema = () =>
  z.strictObject({
    creation_script: scriptSchema().optional().describe("Runs once, when the instance is created."),
    startup_script: scriptSchema().optional().describe("Runs at every start."),
  });

type Declared = z.infer<ReturnType<typeof setupScriptsSchema>>;

/** More than this is not a script any more; the request takes it whole. Our choice. */
const mostBytes = 64 * 1024;

export function readSetupScripts(
  declared: Declared | undefined,
  node: SourceNode,
  checkout: string,
): { readonly scripts?: SetupScripts; readonly problems: readonly Problem[] } {
  if (declared === undefined) return { problems: [] };
  const problems: Problem[] = [];
  const creation = readScript(declared.creation_script, "creation_script", node, checkout, problems);
  const startup = readScript(declared.startup_script, "startup_script", node, checkout, problems);
  return {
    problems,
    scripts: {
      ...(creation === undefined ? {} : { creation }),
      ...(startup === undefined ? {} : { startup }),
    },
  };
}

function readScript(
  declared: z.infer<ReturnType<typeof scriptSchema>> | undefined,
  key: string,
  node: SourceNode,
  checkout: string,
  problems: Problem[],
): SetupScript | undefined {
  if (declared === undefined) return undefined;
  const add = (code: ProblemCode, below: readonly string[], message: string, fix: string) =>
    problems.push({ code, severity: "error", where: positionOf(node, ["setup_scripts", key, ...below]), message, fix });
  const { path, local_path: localPath, command, timeout_minutes: timeoutMinutes } = declared;
  if (timeoutMinutes !== undefined && timeoutMinutes < 1)
    add("out-of-range", ["timeout_minutes"], `timeout_minutes is ${timeoutMinutes}.`, "Set it to 1 or more.");
  if ((path === undefined || path === "") === (localPath === undefined)) {
    add(
      "missing-key",
      localPath === undefined ? [] : ["local_path"],
      localPath === undefined ? `${key} names no script.` : `${key} has both path and local_path.`,
      "Give path, where the script is in the workspace's file share, or local_path, where it is in the checkout.",
    );
    return undefined;
  }
  const rest = {
    ...(command === undefined ? {} : { command }),
    ...(timeoutMinutes === undefined ? {} : { timeoutMinutes }),
  };
  if (localPath === undefined) return { source: "workspaceStorage", data: path ?? "", ...rest };
  const { path: absolute, is } = namedPath(localPath, { folder: node.document.folder, root: checkout });
  const size = is === "file" ? statSync(absolute).size : undefined;
  if (size === undefined || size > mostBytes) {
    add(
      size === undefined ? "missing-file" : "file-too-large",
      ["local_path"],
      size === undefined
        ? `There is no file ${JSON.stringify(localPath)} in the checkout.`
        : `The script ${JSON.stringify(localPath)} has ${size} bytes; at most ${mostBytes} are sent.`,
      size === undefined ? "Give the path relative to this file." : "Upload it to the file share, and give path.",
    );
    return undefined;
  }
  return { source: "inline", data: readFileSync(absolute).toString("base64"), ...rest };
}

/** The wire's `setupScripts`. Without a timeout none is sent: the official client writes `Nonem` there. */
export function setupScriptsRequest({ creation, startup }: SetupScripts): unknown {
  const one = ({ source, data, command, timeoutMinutes }: SetupScript) => ({
    scriptSource: source,
    scriptData: data,
    ...(command === undefined ? {} : { scriptArguments: command }),
    ...(timeoutMinutes === undefined ? {} : { timeout: `${timeoutMinutes}m` }),
  });
  return {
    scripts: {
      ...(creation === undefined ? {} : { creationScript: one(creation) }),
      ...(startup === undefined ? {} : { startupScript: one(startup) }),
    },
  };
}

/**
 * Scripts may hold secrets, so a service may keep them back: only what it shows is compared, and of an inline script no
 * text is ever shown.
 */
export function setupScriptComparisons(
  scripts: SetupScripts | undefined,
  live: Readonly<Record<string, unknown>>,
): readonly Comparison[] {
  return (
    [
      ["creation_script", scripts?.creation, member(live, "setupScripts", "scripts", "creationScript")],
      ["startup_script", scripts?.startup, member(live, "setupScripts", "scripts", "startupScript")],
    ] as const
  ).flatMap(([key, declared, shown]) => {
    if (declared === undefined || typeof shown !== "object" || shown === null) return [];
    const { scriptData, scriptArguments, timeout } = shown as Readonly<Record<string, unknown>>;
    const told = (field: string, wanted: unknown, value: unknown): Comparison => ({
      field: `setup_scripts.${key}.${field}`,
      declared: value === undefined || value === null ? undefined : wanted,
      live: value,
      means: "recreate",
    });
    const other = scriptData !== declared.data;
    return [
      declared.source === "inline" && typeof scriptData === "string"
        ? told("local_path", other ? "the script of the checkout" : scriptData, other ? "another script" : scriptData)
        : told("path", declared.data, scriptData),
      told("command", declared.command, scriptArguments),
      told("timeout_minutes", declared.timeoutMinutes && `${declared.timeoutMinutes}m`, timeout),
    ];
  });
}
