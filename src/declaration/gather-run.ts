import { typesThatRun } from "../compute/target.ts";
import { loadFiles } from "../yaml/files.ts";
import type { Position } from "../yaml/problem.ts";
import { positionOf, valueAt, type SourceDocument, type SourceNode } from "../yaml/source.ts";
import { isMapping } from "../yaml/wording.ts";
import { readLimits, readRetries } from "./beside-run.ts";
import type { DeclarationShape } from "./declaration-shape.ts";
import { kindOf } from "./document-kind.ts";
import type { DeclarationRequest, Gathered } from "./gathered.ts";
import { notADeclaration, notSupported } from "./not-ours.ts";
import { isRun, readRunDocument, type RunKind } from "./run-document.ts";

/** The run that an input or a file names by its path. @param where it is named, if a file does. */
export async function gatherRun(
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
      else if (kind.is === "checked-only")
        found.problems.push({
          ...notADeclaration(file, document),
          message: `This is ${kind.kind.what}, and no command of this action ${kind.kind.act}.`,
          fix: "Name a job.",
        });
      else if (kind.is === "not-supported-yet")
        found.problems.push(notSupported({ document, path: [] }, kind, " as a run"));
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
export async function runOf(
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
  if (kind.is === "run-configuration") found.runConfigurations.push({ document, node, problems });
  if (!found.files.includes(node.document.file)) found.files.push(node.document.file);
  if (defaults !== undefined) found.runDefaults.push({ node, value: defaults });
  return [node];
}

/**
 * A run configuration whose target is declared as a cluster that takes them as they are stays what it is: which one that is
 * was not known while its own file was read.
 */
export async function keepWhole(found: Gathered): Promise<void> {
  for (const { document, node, problems } of found.runConfigurations) {
    if (!isMapping(document.value) || !takesWhole(document.value["target"], found.targets)) continue;
    const { toJob } = await import("../job/runconfig/run-configuration.ts");
    const whole = toJob(document, true);
    const kept = found.problems.filter((problem) => !problems.includes(problem));
    found.problems.splice(0, found.problems.length, ...kept, ...whole.problems);
    found.documents.push(whole.document);
    for (const list of [found.runs, found.otherJobs])
      for (const [index, one] of list.entries()) if (one === node) list[index] = { document: whole.document, path: [] };
  }
}

function takesWhole(target: unknown, targets: readonly SourceNode[]): boolean {
  return targets
    .map((one) => valueAt(one))
    .some((declared) => {
      if (!isMapping(declared) || typeof target !== "string") return false;
      const { name, type } = declared;
      return (
        String(name).toLowerCase() === target.toLowerCase() &&
        typesThatRun("pyspark").some((one) => one === String(type).toLowerCase())
      );
    });
}

/** What a file says of the run beside the run itself. */
export function gatherBesideRun(value: DeclarationShape | undefined, root: SourceNode, found: Gathered): void {
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

/** Of the jobs that patterns matched, one alone is the run; beside a run that is named, and among several, none is. */
export function chooseAmongMatched(all: readonly SourceNode[], found: Gathered): void {
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
