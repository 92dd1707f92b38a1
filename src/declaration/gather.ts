import { placeholderProblems } from "../compute/resource-name.ts";
import { readLimits, readRetries, type RunLimits, type RunRetries } from "./beside-run.ts";
import { declarationSchema, type DeclarationShape } from "./declaration-shape.ts";
import type { DeclaredWorkspace } from "./declaration.ts";
import { declarationKeys, isMeantForUs, isOurs, kindOf } from "./document-kind.ts";
import { isRun, readRunDocument, type RunKind } from "./run-document.ts";
import type { RunDefaults } from "./run-defaults.ts";
import { withLostNesting } from "./lost-nesting.ts";
import { withoutFaults } from "../yaml/salvage.ts";
import { loadFiles, type LoadedFile } from "../yaml/files.ts";
import { readPrices, type DeclaredPrice } from "./prices.ts";
import { targetsInput, type Position, type Problem } from "../yaml/problem.ts";
import { checkShape } from "../yaml/shape.ts";
import { positionOf, valueAt, type SourceDocument, type SourceNode } from "../yaml/source.ts";
import { nearest } from "../yaml/suggestion.ts";
import { isMapping } from "../yaml/wording.ts";
import { readDocuments } from "../yaml/yaml.ts";
import { unsubmittedProblems } from "./unsubmitted.ts";

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
  /** True for commands that can do without anything declared: a missing default file is then not a problem. */
  readonly optional?: boolean;
  /** Absolute paths of what changed: only problems of these files, and of files that refer to them, are reported. */
  readonly changed?: readonly string[] | undefined;
};

type Declared<Value> = { readonly value: Value; readonly where: Position };

/** Where everything is declared, before it is read in detail. */
export type Gathered = {
  readonly workspaces: { readonly workspace: DeclaredWorkspace; readonly where: Position }[];
  readonly targets: SourceNode[];
  readonly runs: SourceNode[];
  /** Jobs that a pattern matched beside others: checked, and none of them the one that is meant. */
  readonly otherJobs: SourceNode[];
  /** Files that declare assets of their own. */
  readonly assets: { readonly kind: "environment" | "component"; readonly node: SourceNode }[];
  readonly gates: SourceNode[];
  /** Each with the place of its key, where a file has them. */
  readonly limits: Declared<RunLimits>[];
  readonly retries: Declared<RunRetries>[];
  /** The key `overrides` of a file. */
  readonly overrides: SourceNode[];
  /** What a file says of the run that it names. */
  readonly runDefaults: { readonly node: SourceNode; readonly value: RunDefaults }[];
  /** One list for each file that has prices. */
  readonly prices: (readonly DeclaredPrice[])[];
  readonly deploys: Position[];
  readonly files: string[];
  readonly skipped: { readonly file: string; readonly reason: string }[];
  readonly problems: Problem[];
  /** Every document that was read. */
  readonly documents: SourceDocument[];
};

/** Finds everything that the inputs name, file by file. */
export async function gather(request: DeclarationRequest): Promise<Gathered> {
  const found: Gathered = {
    workspaces: [],
    targets: [],
    runs: [],
    otherJobs: [],
    assets: [],
    gates: [],
    limits: [],
    retries: [],
    overrides: [],
    runDefaults: [],
    prices: [],
    deploys: [],
    files: [],
    skipped: [],
    problems: [],
    documents: [],
  };
  const matched: SourceNode[] = [];
  await gatherFiles(request, found, matched);
  if (request.inlineTargets !== undefined) gatherInline(request.inlineTargets, request, found);
  if (request.run !== undefined) {
    found.runs.length = 0;
    await gatherRun(request.run, request.workingDirectory, request, found);
  }
  chooseAmongMatched(matched, found);
  return found;
}

/** Of the jobs that patterns matched, one alone is the run; beside a run that is named, and among several, none is. */
function chooseAmongMatched(all: readonly SourceNode[], found: Gathered): void {
  // A pattern may match a run configuration and the run.json that names it.
  const named = found.runDefaults.map(({ node }) => node).filter((node) => all.includes(node));
  const matched = all.filter(
    (node) => named.includes(node) || !named.some(({ document }) => document.file === node.document.file),
  );
  const [only, ...others] = matched;
  if (only === undefined) return;
  if (found.runs.length === 0 && others.length === 0) {
    found.runs.push(only);
    return;
  }
  const isNamed = found.runs.length > 0;
  for (const node of matched) {
    // The run that is named may be among the files that a pattern matched.
    if (found.runs.some(({ document }) => document.file === node.document.file)) continue;
    found.otherJobs.push(node);
    found.problems.push({
      code: "two-runs",
      severity: "notice",
      where: positionOf(node),
      message: isNamed
        ? "This job is matched by a pattern and is not the run that is named; it is only checked."
        : `The patterns match ${matched.length} jobs, so none of them is the run; this one is only checked.`,
      fix: "Name the one to submit with the input 'run'.",
    });
  }
}

async function gatherFiles(request: DeclarationRequest, found: Gathered, matched: SourceNode[]): Promise<void> {
  // The default file may be missing when everything is given inline.
  const given = request.inlineTargets !== undefined || request.run !== undefined || request.optional === true;
  const { files, problems } = await loadFiles(request.config, request.workingDirectory, request);
  const isDefault = request.config.length === 1 && request.config[0] === "azureml.yml";
  found.problems.push(...problems.filter(({ code }) => !(given && isDefault && code === "missing-file")));
  for (const loaded of files) {
    const { file, byGlob, documents } = loaded;
    const kinds = documents.map((document) => ({ document, kind: kindOf(document) }));
    found.problems.push(...problemsOfReading(loaded));
    if (kinds.every(({ kind }) => kind.is === "unknown")) {
      if (byGlob) found.skipped.push({ file, reason: whySkipped(loaded) });
      else if (loaded.problems.length === 0) found.problems.push(notADeclaration(file, documents[0]));
      continue;
    }
    found.files.push(file);
    found.documents.push(...documents);
    for (const { document, kind } of kinds) {
      if (byGlob && isRun(kind)) matched.push(...(await runOf(document, kind, request, found)));
      else if (byGlob && kind.is === "not-supported-yet") found.problems.push(notUsed(document, kind.what));
      else await gatherDocument(document, kind, request, found);
    }
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
    case "run-configuration":
    case "aml-run":
      found.runs.push(...(await runOf(document, kind, request, found)));
      return;
    case "environment":
    case "component":
      found.assets.push({ kind: kind.is, node: root });
      return;
    case "unsubmitted":
      found.problems.push(...unsubmittedProblems(root, kind.kind));
      return;
    case "not-supported-yet":
      found.problems.push(notSupported(positionOf(root), `This is ${kind.what}, which is not supported yet.`));
      return;
    case "unknown":
      found.problems.push(notADeclaration(document.file, document));
  }
}

async function gatherDeclaration(root: SourceNode, request: DeclarationRequest, found: Gathered): Promise<void> {
  const checked = checkShape(declarationSchema, root);
  found.problems.push(...withLostNesting(checked.problems, root));
  // What can be read is read all the same, so that one run shows every problem.
  const shape = checked.value ?? (valueAt(root) as DeclarationShape);
  const rest = checked.value === undefined ? withoutFaults(declarationSchema, root) : undefined;
  const value = checked.value ?? (rest === undefined ? undefined : checkShape(declarationSchema, rest).value);
  if (value?.workspace !== undefined) {
    const { subscription_id: subscriptionId, resource_group: resourceGroup, name } = value.workspace;
    for (const [key, part] of Object.entries(value.workspace))
      found.problems.push(...placeholderProblems(part ?? "", root, ["workspace", key]));
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
  if (value?.prices !== undefined) {
    const { prices, problems: wrong } = readPrices(value.prices, { ...root, path: ["prices"] });
    found.prices.push(prices);
    found.problems.push(...wrong);
  }
  gatherBesideRun(value, root, found);
  for (const index of Array.isArray(shape.gates) ? shape.gates.keys() : [])
    found.gates.push({ ...root, path: ["gates", index] });
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
    const { files, problems } = await loadFiles([entry], list.document.folder, request, where);
    found.problems.push(...problems);
    for (const loaded of files) {
      const { file, byGlob, documents } = loaded;
      found.problems.push(...problemsOfReading(loaded));
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
      found.documents.push(...targets);
    }
  }
}

function gatherInline(text: string, request: DeclarationRequest, found: Gathered): void {
  const { documents, problems } = readDocuments(text, {
    file: targetsInput,
    folder: request.workingDirectory,
    root: request.checkout,
  });
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
  const { files, problems } = await loadFiles([path], folder, request, where);
  found.problems.push(...problems);
  for (const { file, documents, problems: ofFile } of files) {
    found.problems.push(...ofFile);
    found.documents.push(...documents);
    for (const document of documents) {
      const kind = kindOf(document);
      found.files.push(file);
      if (isRun(kind)) found.runs.push(...(await runOf(document, kind, request, found)));
      else if (kind.is === "unsubmitted")
        found.problems.push({
          ...notADeclaration(file, document),
          message: `This is ${kind.kind.what}, which no command of this action submits.`,
          fix: "Name a job.",
        });
      else if (kind.is === "not-supported-yet")
        found.problems.push(
          notSupported(document.at([]), `This is ${kind.what}, which is not supported yet as a run.`),
        );
      else
        found.problems.push({
          ...notADeclaration(file, document),
          message: `The file ${JSON.stringify(file)} declares no job.`,
          fix: "Name an az ml job file, or a run configuration.",
        });
    }
  }
}

/** The run that a document is, if it could be read. */
async function runOf(
  document: SourceDocument,
  kind: RunKind,
  request: DeclarationRequest,
  found: Gathered,
): Promise<readonly SourceNode[]> {
  const { node, defaults, problems, documents } = await readRunDocument(document, kind, request);
  found.problems.push(...problems);
  // What its paths lead to counts as well for what a change affects.
  found.documents.push(...documents);
  if (node === undefined) return [];
  if (!found.files.includes(node.document.file)) found.files.push(node.document.file);
  if (defaults !== undefined) found.runDefaults.push({ node, value: defaults });
  return [node];
}

/** What a file says of the run beside the run itself. */
function gatherBesideRun(value: DeclarationShape | undefined, root: SourceNode, found: Gathered): void {
  const at = (key: string) => ({ ...root, path: [key] });
  const whereKey = (key: string) => positionOf(root, [key], "key");
  if (value?.limits !== undefined) {
    const { limits, problems } = readLimits(value.limits, at("limits"));
    found.limits.push({ value: limits, where: whereKey("limits") });
    found.problems.push(...problems);
  }
  if (value?.retries !== undefined) {
    const { retries, problems } = readRetries(value.retries, at("retries"));
    found.retries.push({ value: retries, where: whereKey("retries") });
    found.problems.push(...problems);
  }
  if (value?.overrides !== undefined) found.overrides.push(at("overrides"));
}

/**
 * What of a file could not be read. A pattern may match any file: the faults of one that was not meant for this action are
 * warnings, because what it declares, if anything, is not used.
 */
function problemsOfReading({ byGlob, documents, problems, text }: LoadedFile): readonly Problem[] {
  if (problems.length === 0 || !byGlob) return problems;
  if (documents.some((document) => isOurs(kindOf(document))) || isMeantForUs(text)) return problems;
  return problems.map((problem) => ({
    ...problem,
    severity: "warning",
    fix: `${problem.fix} The file is matched by a pattern alone, and nothing of it is used.`,
  }));
}

function whySkipped({ documents, problems }: LoadedFile): string {
  return documents.length === 0 && problems.length > 0
    ? "It could not be read."
    : "It declares nothing that this action knows.";
}

/** What a pattern matches need not be for this action. */
function notUsed(document: SourceDocument, what: string): Problem {
  return {
    code: "not-supported-yet",
    severity: "notice",
    where: document.at([]),
    message: `This is ${what}, which no command of this version uses.`,
    fix: "Nothing has to be done; a narrower pattern in config leaves it out.",
  };
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
  const keys = isMapping(document?.value) ? Object.keys(document.value) : [];
  // The key of other tools, or a slip of one of ours.
  const meant = keys.map((key) => (/^computes?$/i.test(key) ? "targets" : nearest(key, declarationKeys)));
  const [near] = meant.filter((key) => key !== undefined);
  return {
    code: "not-a-declaration",
    severity: "error",
    where: document?.at([]) ?? { file, line: 1, column: 1 },
    message: `The file ${JSON.stringify(file)} declares nothing that this action knows.${near === undefined ? "" : ` Did you mean ${near}?`}`,
    fix: "A declaration has workspace, targets, run or gates, or is an az ml compute, environment or command job file, or a run configuration.",
  };
}
