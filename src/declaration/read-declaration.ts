import type { ReadContext } from "../compute/kind.ts";
import { readTarget } from "../compute/read.ts";
import type { ComputeTarget } from "../compute/target.ts";
import type { CommandJob } from "../job/definition.ts";
import type { Gate } from "../job/gates.ts";
import { readCommandJob } from "../job/read-job.ts";
import { declarationSchema, keysNotSupportedYet, type DeclarationShape } from "./declaration-shape.ts";
import type { Declaration, DeclaredWorkspace } from "./declaration.ts";
import { kindOf } from "./document-kind.ts";
import { duplicateProblems } from "./duplicates.ts";
import { loadFiles } from "./files.ts";
import { readOverrides, setProblem, withValue, type Override } from "./override.ts";
import { formatPosition, isError, type Position, type Problem } from "./problem.ts";
import { checkShape } from "./shape.ts";
import { positionOf, valueAt, type SourceDocument, type SourceNode } from "./source.ts";
import { suggestionFor } from "./suggestion.ts";
import { readDocuments } from "./yaml.ts";

/** What to read, from the inputs. */
export type DeclarationRequest = {
  /** Paths and globs. */
  readonly config: readonly string[];
  /** The input `targets`: YAML, a list of targets. */
  readonly inlineTargets?: string | undefined;
  /** The input `run`: path of a job file, in place of the declared one. */
  readonly run?: string | undefined;
  readonly set: readonly string[];
  readonly only: readonly string[];
  /** Absolute. */
  readonly workingDirectory: string;
  /** Absolute folder of the checkout. */
  readonly checkout: string;
  readonly subscriptionId?: string | undefined;
  readonly resourceGroup?: string | undefined;
  /** True for commands that can do without anything declared: a missing default file is then no problem. */
  readonly optional?: boolean;
};

/** Where everything stands, before it is read in detail. */
type Gathered = {
  readonly workspaces: { readonly workspace: DeclaredWorkspace; readonly where: Position }[];
  readonly targets: SourceNode[];
  readonly runs: SourceNode[];
  readonly gates: Gate[];
  readonly deploys: Position[];
  readonly files: string[];
  readonly skipped: { readonly file: string; readonly reason: string }[];
  readonly problems: Problem[];
};

/** Reads every declaration that the inputs name: values, and every problem of every file at once. */
export async function readDeclaration(request: DeclarationRequest): Promise<Declaration> {
  const found: Gathered = {
    workspaces: [],
    targets: [],
    runs: [],
    gates: [],
    deploys: [],
    files: [],
    skipped: [],
    problems: [],
  };
  await gatherFiles(request, found);
  if (request.inlineTargets !== undefined) gatherInline(request.inlineTargets, request, found);
  if (request.run !== undefined) {
    found.runs.length = 0;
    await gatherRun(request.run, request.workingDirectory, request, found);
  }
  const { overrides, problems } = readOverrides(request.set);
  found.problems.push(...problems);
  const overridden = override(found, overrides);
  const workspace = oneWorkspace(overridden, overrides, found.problems);
  const targets = readTargets(overridden.targets, { ...contextOf(request, workspace) }, found.problems);
  const run = readRun(overridden.runs, found.problems);
  found.problems.push(...duplicateProblems(targets));
  const chosen = choose(targets, request.only, found.problems);
  if (
    request.optional !== true &&
    targets.length === 0 &&
    overridden.targets.length === 0 &&
    found.runs.length === 0 &&
    found.deploys.length === 0 &&
    !found.problems.some(isError)
  ) {
    found.problems.push({
      code: "nothing-declared",
      severity: "error",
      message: `Nothing is declared in ${request.config.join(", ")}.`,
      fix: "Declare targets, a run, or both.",
    });
  }
  return {
    workspace,
    targets: chosen,
    ...(run === undefined ? {} : { run }),
    gates: found.gates,
    ...(found.deploys[0] === undefined ? {} : { deploy: found.deploys[0] }),
    skipped: found.skipped,
    files: found.files,
    problems: inOrder(found.problems),
  };
}

async function gatherFiles(request: DeclarationRequest, found: Gathered): Promise<void> {
  // The default file may be missing when everything is given inline.
  const given = request.inlineTargets !== undefined || request.run !== undefined || request.optional === true;
  const { files, problems } = await loadFiles(request.config, request.workingDirectory, request.workingDirectory);
  const isDefault = request.config.length === 1 && request.config[0] === "azureml.yml";
  found.problems.push(...problems.filter(({ code }) => !(given && isDefault && code === "missing-file")));
  for (const { file, byGlob, documents } of files) {
    const kinds = documents.map((document) => ({ document, kind: kindOf(document) }));
    if (kinds.every(({ kind }) => kind.is === "unknown")) {
      if (byGlob) found.skipped.push({ file, reason: "It declares nothing that this action knows." });
      else if (!problems.some((problem) => problem.where?.file === file))
        found.problems.push(notADeclaration(file, documents[0]));
      continue;
    }
    found.files.push(file);
    for (const { document, kind } of kinds) await gatherDocument(document, kind, request, found);
  }
}

async function gatherDocument(
  document: SourceDocument,
  kind: ReturnType<typeof kindOf>,
  request: DeclarationRequest,
  found: Gathered,
): Promise<void> {
  const root: SourceNode = { document, path: [] };
  switch (kind.is) {
    case "declaration":
      return gatherDeclaration(root, request, found);
    case "target":
      found.targets.push(root);
      return;
    case "job":
      found.runs.push(root);
      return;
    case "not-supported-yet":
      found.problems.push(notSupported(positionOf(root), `This is ${kind.what}, which is not supported yet.`));
      return;
    case "unknown":
      found.problems.push(notADeclaration(document.file, document));
  }
}

async function gatherDeclaration(root: SourceNode, request: DeclarationRequest, found: Gathered): Promise<void> {
  const { value, problems } = checkShape(declarationSchema, root);
  found.problems.push(...problems);
  // What can be read is read all the same, so that one run shows every problem.
  const shape = value ?? (valueAt(root) as DeclarationShape);
  for (const key of keysNotSupportedYet) {
    if (shape[key] !== undefined)
      found.problems.push(notSupported(positionOf(root, [key], "key"), `The key ${key} is not supported yet.`));
  }
  if (value?.workspace !== undefined) {
    const { subscription_id: subscriptionId, resource_group: resourceGroup, name } = value.workspace;
    found.workspaces.push({
      where: positionOf(root, ["workspace"], "key"),
      workspace: {
        ...(subscriptionId === undefined ? {} : { subscriptionId }),
        ...(resourceGroup === undefined ? {} : { resourceGroup }),
        ...(name === undefined ? {} : { name }),
      },
    });
  }
  if (Array.isArray(shape.targets)) await gatherTargets({ ...root, path: ["targets"] }, shape.targets, request, found);
  if (shape.run !== undefined && shape.run !== null) {
    const node = { ...root, path: ["run"] };
    if (typeof shape.run === "string")
      await gatherRun(shape.run, root.document.folder, request, found, positionOf(node));
    else found.runs.push(node);
  }
  if (shape.deploy !== undefined && shape.deploy !== null) found.deploys.push(positionOf(root, ["deploy"], "key"));
  for (const [index, gate] of (value?.gates ?? []).entries())
    gatherGate(gate, { ...root, path: ["gates", index] }, found);
}

/** The entries of a list of targets: targets, and paths or globs of az ml compute files. */
async function gatherTargets(
  list: SourceNode,
  entries: readonly unknown[],
  request: DeclarationRequest,
  found: Gathered,
): Promise<void> {
  for (const [index, entry] of entries.entries()) {
    const node = { ...list, path: [...list.path, index] };
    if (typeof entry !== "string") {
      found.targets.push(node);
      continue;
    }
    const where = positionOf(node);
    const { files, problems } = await loadFiles([entry], list.document.folder, request.workingDirectory, where);
    found.problems.push(...problems);
    for (const { file, byGlob, documents } of files) {
      const targets = documents.filter((document) => kindOf(document).is === "target");
      if (targets.length > 0) found.files.push(file);
      else if (byGlob) found.skipped.push({ file, reason: "It declares no compute." });
      else if (documents.length > 0)
        found.problems.push({
          ...notADeclaration(file, undefined),
          where,
          fix: "Name an az ml compute file: it has a name and a type.",
        });
      found.targets.push(...targets.map((document) => ({ document, path: [] })));
    }
  }
}

function gatherInline(text: string, request: DeclarationRequest, found: Gathered): void {
  const { documents, problems } = readDocuments(text, { file: "targets", folder: request.workingDirectory });
  // The lines are those of an input, not of a file that an annotation could point into.
  found.problems.push(...problems);
  for (const document of documents) {
    if (!Array.isArray(document.value)) {
      found.problems.push({
        code: "not-a-list",
        severity: "error",
        where: document.at([]),
        message: "The input 'targets' is not a list.",
        fix: "Write a YAML list of targets: - { name: cpu-cluster, type: amlcompute }.",
      });
      continue;
    }
    found.targets.push(...document.value.map((_, index) => ({ document, path: [index] })));
  }
}

async function gatherRun(
  path: string,
  folder: string,
  request: DeclarationRequest,
  found: Gathered,
  where?: Position,
): Promise<void> {
  const { files, problems } = await loadFiles([path], folder, request.workingDirectory, where);
  found.problems.push(...problems);
  for (const { file, documents } of files) {
    for (const document of documents) {
      const kind = kindOf(document);
      found.files.push(file);
      if (kind.is === "job") found.runs.push({ document, path: [] });
      else if (kind.is === "not-supported-yet")
        found.problems.push(
          notSupported(document.at([]), `This is ${kind.what}, which is not supported yet as a run.`),
        );
      else
        found.problems.push({
          ...notADeclaration(file, document),
          message: `The file ${JSON.stringify(file)} declares no job.`,
          fix: "Name an az ml command job file.",
        });
    }
  }
}

function gatherGate(gate: NonNullable<DeclarationShape["gates"]>[number], node: SourceNode, found: Gathered): void {
  const where = positionOf(node);
  if (gate.no_worse_than !== undefined) {
    found.problems.push(
      notSupported(positionOf(node, ["no_worse_than"], "key"), "A gate's no_worse_than is not supported yet."),
    );
    return;
  }
  if ((gate.at_least === undefined) === (gate.at_most === undefined)) {
    found.problems.push({
      code: "gate-condition",
      severity: "error",
      where,
      message: `The gate on ${JSON.stringify(gate.metric)} has ${gate.at_least === undefined ? "neither at_least nor at_most" : "both at_least and at_most"}.`,
      fix: "Give exactly one of them.",
    });
    return;
  }
  found.gates.push(
    gate.at_least === undefined
      ? { metric: gate.metric, where, atMost: gate.at_most ?? 0 }
      : { metric: gate.metric, where, atLeast: gate.at_least },
  );
}

/** Puts the values of the input `set` in place, before anything is checked. */
function override(found: Gathered, overrides: readonly Override[]): Pick<Gathered, "targets" | "runs" | "workspaces"> {
  let { targets, runs } = found;
  for (const { line, path, value } of overrides) {
    const [section, ...rest] = path;
    if (section === "targets") {
      const [name, ...below] = rest;
      const names = targets.map((node) => nameOf(node) ?? "");
      const index =
        typeof name === "number"
          ? name
          : names.findIndex((known) => known.toLowerCase() === String(name).toLowerCase());
      const node = targets[index];
      if (node === undefined || below.length === 0) {
        found.problems.push(setProblem(line, `names no declared target.${suggestionFor(String(name), names)}`));
        continue;
      }
      targets = targets.with(index, withValue(node, below, value));
    } else if (section === "run" && runs[0] !== undefined && rest.length > 0) {
      runs = [withValue(runs[0], rest, value), ...runs.slice(1)];
    } else if (section !== "workspace") {
      found.problems.push(setProblem(line, "names nothing that is declared"));
    }
  }
  return { targets, runs, workspaces: found.workspaces };
}

function nameOf(node: SourceNode): string | undefined {
  const value = valueAt(node);
  const name = typeof value === "object" && value !== null ? (value as { name?: unknown }).name : undefined;
  return typeof name === "string" ? name : undefined;
}

function oneWorkspace(
  { workspaces }: Pick<Gathered, "workspaces">,
  overrides: readonly Override[],
  problems: Problem[],
): DeclaredWorkspace {
  const [first, ...others] = workspaces;
  for (const { workspace, where } of others) {
    if (
      first === undefined ||
      JSON.stringify(workspace).toLowerCase() === JSON.stringify(first.workspace).toLowerCase()
    )
      continue;
    problems.push({
      code: "two-workspaces",
      severity: "error",
      where,
      related: first.where,
      message: `Another workspace is declared at ${formatPosition(first.where)}.`,
      fix: "Use one workspace for each call of the action.",
    });
  }
  const keys: Readonly<Record<string, keyof DeclaredWorkspace>> = {
    subscription_id: "subscriptionId",
    resource_group: "resourceGroup",
    name: "name",
  };
  const set = overrides.filter(({ path }) => path[0] === "workspace" && path.length === 2);
  return {
    ...first?.workspace,
    ...Object.fromEntries(
      set.flatMap(({ path, value }) => {
        const key = keys[String(path[1])];
        return key === undefined ? [] : [[key, String(value)]];
      }),
    ),
  };
}

function contextOf(request: DeclarationRequest, workspace: DeclaredWorkspace): ReadContext {
  const subscriptionId = request.subscriptionId ?? workspace.subscriptionId;
  const resourceGroup = request.resourceGroup ?? workspace.resourceGroup;
  return {
    checkout: request.checkout,
    ...(subscriptionId === undefined ? {} : { subscriptionId }),
    ...(resourceGroup === undefined ? {} : { resourceGroup }),
  };
}

function readTargets(
  nodes: readonly SourceNode[],
  context: ReadContext,
  problems: Problem[],
): readonly ComputeTarget[] {
  return nodes.flatMap((node) => {
    const read = readTarget(node, context);
    problems.push(...read.problems);
    return read.target ?? [];
  });
}

function readRun(nodes: readonly SourceNode[], problems: Problem[]): CommandJob | undefined {
  const [first, ...others] = nodes;
  if (first === undefined) return undefined;
  for (const other of others) {
    problems.push({
      code: "two-runs",
      severity: "error",
      where: positionOf(other),
      related: positionOf(first),
      message: `Another run is declared at ${formatPosition(positionOf(first))}.`,
      fix: "Declare one run, or name the one to submit with the input 'run'.",
    });
  }
  const read = readCommandJob(first);
  problems.push(...read.problems);
  return read.job;
}

/** The targets named in `only`, or all. */
function choose(
  targets: readonly ComputeTarget[],
  only: readonly string[],
  problems: Problem[],
): readonly ComputeTarget[] {
  if (only.length === 0) return targets;
  const names = targets.map(({ name }) => name);
  for (const name of only) {
    if (names.some((known) => known.toLowerCase() === name.toLowerCase())) continue;
    problems.push({
      code: "unknown-target",
      severity: "error",
      message: `The input 'only' names ${JSON.stringify(name)}, which is not declared.${suggestionFor(name, names)}`,
      fix: names.length === 0 ? "Declare it." : `Declared are ${names.join(", ")}.`,
    });
  }
  return targets.filter(({ name }) => only.some((chosen) => chosen.toLowerCase() === name.toLowerCase()));
}

function notSupported(where: Position, message: string): Problem {
  return {
    code: "not-supported-yet",
    severity: "error",
    where,
    message,
    fix: "Leave it out for now; the README lists what this version does.",
  };
}

function notADeclaration(file: string, document: SourceDocument | undefined): Problem {
  return {
    code: "not-a-declaration",
    severity: "error",
    where: document?.at([]) ?? { file, line: 1, column: 1 },
    message: `The file ${JSON.stringify(file)} declares nothing that this action knows.`,
    fix: "A declaration has workspace, targets, run or gates, or is an az ml compute or command job file.",
  };
}

/** By file and place, so that a reader goes through a file once; problems without a place come first. */
function inOrder(problems: readonly Problem[]): readonly Problem[] {
  const key = ({ where }: Problem): readonly [string, number, number] =>
    where === undefined ? ["", 0, 0] : [where.file, where.line, where.column];
  return [...problems].sort((a, b) => {
    const [fileA, lineA, columnA] = key(a);
    const [fileB, lineB, columnB] = key(b);
    return fileA < fileB ? -1 : fileA > fileB ? 1 : lineA - lineB || columnA - columnB;
  });
}
