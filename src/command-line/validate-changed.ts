import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { CommandContext, CommandResult } from "../commands/context.ts";
import { checked } from "../commands/check-declaration.ts";
import { runCommand } from "../commands/run-command.ts";
import { affectedFiles } from "../declaration/affected.ts";
import { lookAt, mayDeclare, type FoundFile } from "../declaration/find-declarations.ts";
import type { Log } from "../github/log.ts";
import type { Inputs } from "../inputs.ts";
import { isOutside } from "../yaml/is-outside.ts";
import { formatProblem, type Problem } from "../yaml/problem.ts";
import type { Call } from "./options.ts";

type ChangedDeps = {
  /** Absolute folder that the paths are relative to. */
  readonly from: string;
  readonly log: Log;
  readonly createContext: (
    inputs: Inputs,
    more: { readonly isListed: boolean; readonly log: Log },
  ) => Promise<CommandContext>;
};

/**
 * Checks what a change of files may have broken: these files where they declare something, and every declaration of the
 * folder that refers to one of them. What belongs together is checked together: first what `--config` names, or
 * `azureml.yml`; then each other declaration file by itself, because those of two workspaces are no duplicates; then what
 * none of these has read.
 */
export async function validateChanged(
  { paths }: Pick<Call, "paths">,
  inputs: Inputs,
  { from, log, createContext }: ChangedDeps,
): Promise<CommandResult> {
  const { workingDirectory: folder } = inputs;
  // Who lists changed files does it from where the command is called, whatever folder the declarations are in.
  const changed = paths.map((path) => resolve(from, path));
  const total = new Total();
  const quiet = { ...log, info: () => undefined, problem: total.telling(log.problem) };
  const check = async (config: readonly string[], isListed: boolean): Promise<void> => {
    const context = await createContext({ ...inputs, config, changedOnly: true }, { isListed, log: quiet });
    const changedFiles = async () => ({ known: true as const, files: changed });
    total.add(await runCommand("validate", { ...context, changedFiles }));
  };
  const named =
    inputs.config.length > 0 ? inputs.config : (await isFile(join(folder, "azureml.yml"))) ? ["azureml.yml"] : [];
  if (named.length > 0) await check(named, false);

  const { declaring, others } = await affectedBelow(folder, changed);
  for (const { file } of others) total.skip(file);
  const isDeclaration = ({ documents }: FoundFile) => documents.some(({ kind }) => kind.is === "declaration");
  for (const { file } of declaring.filter(isDeclaration)) if (!total.hasRead(file)) await check([file], true);
  for (const { file } of declaring) if (!total.hasRead(file)) await check([file], true);
  return total.result();
}

/** The declarations that have changed or refer to what has, and the changed files that declare nothing. */
async function affectedBelow(folder: string, changed: readonly string[]) {
  const candidates = new Set([...mayDeclare(folder), ...changed.filter((path) => !isOutside(folder, path))]);
  const found: FoundFile[] = [];
  for (const path of candidates) {
    const file = await lookAt(path, folder, folder);
    if (file !== undefined) found.push(file);
  }
  const documents = found.flatMap((file) => (file.declares ? file.documents.map(({ document }) => document) : []));
  const affected = await affectedFiles(documents, changed, folder);
  return {
    declaring: found.filter(({ declares, path }) => declares && affected.has(path)),
    others: found.filter(({ declares, path }) => !declares && changed.includes(path)),
  };
}

/** What came of several calls, with everything said once. */
class Total {
  readonly #files = new Set<string>();
  readonly #skipped = new Map<string, string>();
  readonly #problems = new Map<string, Problem>();
  readonly #told = new Set<string>();

  /** A logger of problems that says each once. */
  telling(log: (problem: Problem, folder: string) => void): (problem: Problem, folder: string) => void {
    return (problem, folder) => {
      const text = formatProblem(problem);
      if (!this.#told.has(text)) log(problem, folder);
      this.#told.add(text);
    };
  }

  add({ files = [], problems = [] }: CommandResult): void {
    for (const file of files) this.#files.add(file);
    for (const problem of problems) this.#problems.set(formatProblem(problem), problem);
  }

  skip(file: string): void {
    this.#skipped.set(file, "It declares nothing that this action knows.");
  }

  hasRead(file: string): boolean {
    return this.#files.has(file);
  }

  result(): CommandResult {
    const problems = [...this.#problems.values()];
    const skipped = [...this.#skipped].map(([file, reason]) => ({ file, reason }));
    const files = [...this.#files].sort();
    return { ...checked({ files, skipped, problems }), files };
  }
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}
