import { resolve } from "node:path";
import { defined } from "../azure/defined.ts";
import type { ReadContext } from "../compute/kind.ts";
import { readTarget } from "../compute/read.ts";
import type { ComputeTarget } from "../compute/target.ts";
import type { Declaration, DeclaredWorkspace } from "./declaration.ts";
import { kindOf } from "./document-kind.ts";
import { duplicateProblems, type DeclaredName } from "./duplicates.ts";
import { expressionProblems, withExpressions, type Part } from "./expressions.ts";
import { gather } from "./gather.ts";
import type { DeclarationRequest, DeployPart, Gathered } from "./gathered.ts";
import { declaredOverrides, readOverrides, withValue, type Override } from "./override.ts";
import { joinPrices } from "./prices.ts";
import { secretFileProblems } from "./secret-files.ts";
import { formatPosition, isError, targetsInput, type Problem } from "../yaml/problem.ts";
import { valueAt, type NodePath, type SourceNode } from "../yaml/source.ts";
import { suggestionFor } from "../yaml/suggestion.ts";
import { isPattern } from "../yaml/glob.ts";
import { secretReferencesOf } from "./secret-references.ts";

/** Reads every declaration that the inputs name: values, and every problem of every file at once. */
export async function readDeclaration(request: DeclarationRequest): Promise<Declaration> {
  const found = await gather(request);
  const { overrides, problems } = readOverrides(request.set);
  found.problems.push(...problems);
  const overridden = await override(found, [...found.overrides.flatMap(declaredOverrides), ...overrides]);
  const workspace = oneWorkspace(overridden, overrides, found.problems);
  const targets = readTargets(overridden.targets, { ...contextOf(request, workspace) }, found.problems);
  const { run, gates } = await readJobs({ ...found, runs: overridden.runs }, targets);
  const assets = await readDeclaredAssets(found);
  const deployments = await readDeclaredDeployments({ ...found, deploys: overridden.deploys }, targets);
  found.problems.push(...duplicateProblems(targets, namesOf(overridden.targets)));
  const secrets = await secretReferencesOf({ targets, deployments, ...(run === undefined ? {} : { run }) });
  found.problems.push(...secretFileProblems(secrets, request.checkout));
  const { prices, problems: priceProblems } = joinPrices(found.prices.flat());
  found.problems.push(...priceProblems);
  const chosen = choose(targets, overridden.targets, request.only, found.problems);
  if (
    request.optional !== true &&
    targets.length === 0 &&
    overridden.targets.length === 0 &&
    found.runs.length === 0 &&
    found.otherJobs.length === 0 &&
    found.assets.length === 0 &&
    found.deploys.length === 0 &&
    found.otherDeploys.length === 0 &&
    !found.problems.some((problem) => isError(problem) || problem.code === "not-submitted")
  ) {
    found.problems.push({
      code: "nothing-declared",
      severity: "error",
      message: `Nothing is declared in ${request.config.join(", ")}.`,
      fix: "Declare targets, a run, an asset (environment, component, data, model), something to deploy, or several of them.",
    });
  }
  const declaration: Declaration = {
    workspace,
    ...(found.workspaces[0] === undefined ? {} : { workspaceAt: found.workspaces[0].where }),
    targets: chosen,
    ...(run === undefined ? {} : { run }),
    assets,
    assetsToDeploy: assets.filter(({ source }) =>
      found.assets.some(({ node, isOfDeploy }) => isOfDeploy === true && node.document === source.document),
    ),
    gates,
    ...one("limits", found.limits, found.problems),
    ...one("retries", found.retries, found.problems),
    ...defined({ runDefaults: found.runDefaults.find(({ node }) => node === found.runs[0])?.value }),
    ...(found.prices.length === 0 ? {} : { prices }),
    deployments,
    skipped: found.skipped,
    files: found.files,
    problems: firstOf(inOrder(withExpressions(found.problems, expressionsIn(overridden, found)))),
  };
  return request.changed === undefined ? declaration : onlyAffected(declaration, found, request.changed, request);
}

/** What only one of several files may say. */
function one<Key extends "limits" | "retries">(key: Key, declared: Gathered[Key], problems: Problem[]) {
  const [first, ...others] = declared;
  if (first === undefined) return {};
  for (const { where } of others)
    problems.push({
      code: "two-runs",
      severity: "error",
      where,
      related: first.where,
      message: `Other ${key} are declared at ${formatPosition(first.where)}.`,
      fix: "Keep one of the two.",
    });
  return { [key]: first.value } as Pick<Declaration, Key>;
}

/** Everything that is declared, each part with what may be written in it. */
function expressionsIn(
  { targets, runs, deploys }: Omit<Overridden, "workspaces">,
  found: Gathered,
): readonly Problem[] {
  const declarations = found.documents.filter((document) => kindOf(document).is === "declaration");
  const below = (key: string) => declarations.map((document) => ({ document, path: [key] }));
  const parts: readonly (readonly [Part, readonly SourceNode[]])[] = [
    ["target", targets],
    ["run", [...runs, ...found.otherJobs]],
    ["asset", found.assets.flatMap(({ kind, node }) => (kind === "component" ? [] : [node]))],
    ["run", found.assets.flatMap(({ kind, node }) => (kind === "component" ? [node] : []))],
    ["deploy", [...deploys, ...found.otherDeploys].flatMap(nodesOf)],
    ["workspace", below("workspace")],
    ["rest", [...below("gates"), ...below("prices")]],
  ];
  return parts.flatMap(([part, nodes]) => nodes.flatMap((node) => expressionProblems(node, part)));
}

/** Files that a mapping names are looked at by themselves; what stands inside of it is a part of it. */
function nodesOf(part: DeployPart): readonly SourceNode[] {
  if (part.is === "document") return [part.node];
  const inFiles = part.parts.filter(({ node }) => node.document !== part.node.document);
  return [part.node, ...inFiles.map(({ node }) => node)];
}

/** What is reported when only some files changed; problems of the inputs always are. */
async function onlyAffected(
  declaration: Declaration,
  { documents }: Gathered,
  changed: readonly string[],
  { workingDirectory }: DeclarationRequest,
): Promise<Declaration> {
  const { affectedFiles } = await import("./affected.ts");
  const affected = await affectedFiles(documents, changed, workingDirectory);
  const isOf = (file: string) => file === targetsInput || affected.has(resolve(workingDirectory, file));
  return {
    ...declaration,
    files: declaration.files.filter(isOf),
    skipped: declaration.skipped.filter(({ file }) => isOf(file)),
    problems: declaration.problems.filter(
      ({ where, related }) => where === undefined || isOf(where.file) || (related !== undefined && isOf(related.file)),
    ),
  };
}

type Overridden = Pick<Gathered, "targets" | "runs" | "workspaces"> & { readonly deploys: readonly DeployPart[] };

/** Puts the values of the input `set` in place, before anything is checked. */
async function override(found: Gathered, overrides: readonly Override[]): Promise<Overridden> {
  let { targets, runs } = found;
  let deploys: readonly DeployPart[] = found.deploys;
  for (const change of overrides) {
    const { path } = change;
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
        const near = suggestionFor(String(name), names).trim();
        found.problems.push(change.refuse("names no declared target", near === "" ? undefined : near));
        continue;
      }
      targets = targets.with(index, withValue(node, below, change));
    } else if (section === "run" && runs[0] !== undefined && rest.length > 0) {
      runs = [withValue(runs[0], rest, change), ...runs.slice(1)];
    } else if (section === "deploy" && found.deploys.length > 0) {
      const { withDeployOverride } = await import("./override-deploy.ts");
      deploys = withDeployOverride(deploys, rest, change, found.problems);
    } else if (section !== "workspace") {
      const better = await betterPath(String(section), path, found);
      found.problems.push(change.refuse("names nothing that is declared", better));
    }
  }
  return { targets, runs, deploys, workspaces: found.workspaces };
}

/** What the line may have meant: the run's key without `run.`, a target's name without `targets.`, a slip of a section. */
async function betterPath(section: string, path: NodePath, { targets, runs }: Gathered): Promise<string | undefined> {
  const written = path.join(".");
  if (targets.some((node) => nameOf(node)?.toLowerCase() === section.toLowerCase()))
    return `Put targets. before it: targets.${written}=….`;
  if (runs.length > 0 && section !== "run" && (await import("../job/job.ts")).isKeyOfJobs(section))
    return `Put run. before it: run.${written}=….`;
  const near = suggestionFor(section, ["targets", "run", "deploy", "workspace"]).trim();
  return near === "" ? undefined : near;
}

function namesOf(nodes: readonly SourceNode[]): readonly DeclaredName[] {
  return nodes.flatMap((source) => {
    const name = nameOf(source);
    return name === undefined ? [] : [{ name, source }];
  });
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
  const set = overrides.flatMap((change): readonly (readonly [keyof DeclaredWorkspace, string])[] => {
    const [section, name, ...below] = change.path;
    if (section !== "workspace") return [];
    const key = workspaceKeys.get(String(name));
    if (key !== undefined && below.length === 0 && typeof change.value === "string") return [[key, change.value]];
    const known = [...workspaceKeys.keys()];
    problems.push(
      key === undefined || below.length > 0
        ? change.refuse("is not a key of workspace", `Use ${known.map((one) => `workspace.${one}`).join(", ")}.`)
        : change.refuse("has a value that is not text", "Put a number in quotes."),
    );
    return [];
  });
  return { ...first?.workspace, ...Object.fromEntries(set) };
}

const workspaceKeys = new Map<string, keyof DeclaredWorkspace>([
  ["subscription_id", "subscriptionId"],
  ["resource_group", "resourceGroup"],
  ["name", "name"],
]);

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

/** The run, and what is declared about it. Most declarations have none, and the types of jobs are much to load. */
async function readJobs(
  found: Gathered,
  targets: readonly ComputeTarget[],
): Promise<Pick<Declaration, "run" | "gates">> {
  if (found.runs.length === 0 && found.otherJobs.length === 0 && found.gates.length === 0) return { gates: [] };
  const { readRun } = await import("./read-run.ts");
  return readRun(found, targets);
}

/** Most declarations deploy nothing, and the types of deployments are much to load. */
async function readDeclaredDeployments(
  { deploys, otherDeploys, problems }: Pick<Overridden, "deploys"> & Pick<Gathered, "otherDeploys" | "problems">,
  targets: readonly ComputeTarget[],
): Promise<Declaration["deployments"]> {
  if (deploys.length === 0 && otherDeploys.length === 0) return [];
  const { readDeployments, onlyChecked } = await import("./read-deployments.ts");
  onlyChecked(otherDeploys, targets, problems);
  const deployments = readDeployments(deploys, targets, problems);
  const { schemaProblems } = await import("../deployment/parts/test-schema.ts");
  problems.push(...(await schemaProblems(deployments.flatMap(({ tests }) => tests))));
  return deployments;
}

async function readDeclaredAssets({ assets, problems }: Gathered): Promise<Declaration["assets"]> {
  if (assets.length === 0) return [];
  const { readAssets } = await import("./read-assets.ts");
  return readAssets(assets, problems);
}

/** The targets named in `only`, or all. A target that could not be read is declared all the same. */
function choose(
  targets: readonly ComputeTarget[],
  nodes: readonly SourceNode[],
  only: readonly string[],
  problems: Problem[],
): readonly ComputeTarget[] {
  if (only.length === 0) return targets;
  const isOneOf = (name: string, names: readonly string[]) =>
    names.some((known) => known.toLowerCase() === name.toLowerCase());
  const names = [...new Set([...targets.map(({ name }) => name), ...nodes.flatMap((node) => nameOf(node) ?? [])])];
  for (const name of only) {
    if (isOneOf(name, names)) continue;
    const asPattern = isPattern(name) ? " Names are taken as they are written, not as patterns." : "";
    problems.push({
      code: "unknown-target",
      severity: "error",
      message: `The input 'only' names ${JSON.stringify(name)}, which is not declared.${suggestionFor(name, names)}${asPattern}`,
      fix: names.length === 0 ? "Declare it." : `Declared are ${names.join(", ")}.`,
    });
  }
  return targets.filter(({ name }) => isOneOf(name, only));
}

/** A log, a summary and a report hold this many; a file that has more was made by a program. Our choice. */
const mostProblems = 1_000;

/** The first problems, and how many more there are; errors stay errors. */
function firstOf(problems: readonly Problem[]): readonly Problem[] {
  const rest = problems.slice(mostProblems);
  if (rest.length === 0) return problems;
  const more: Problem = {
    code: "too-many-problems",
    severity: rest.some(isError) ? "error" : "warning",
    message: `There ${rest.length === 1 ? "is 1 more problem" : `are ${rest.length} more problems`}, not shown one by one.`,
    fix: "Fix those that are shown, and run the command again.",
  };
  return [...problems.slice(0, mostProblems), more];
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
