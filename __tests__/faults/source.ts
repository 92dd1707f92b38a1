import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { connect } from "../../src/azure/azure.ts";
import type { diagnoseSignIn, diagnoseWorkspace } from "../../src/azure/diagnosis.ts";
import type { runCommand } from "../../src/commands/run-command.ts";
import type { toResult } from "../../src/commands/to-result.ts";
import type { failureOfThrown } from "../../src/report/failure.ts";
import type { readDeclaration } from "../../src/declaration/read-declaration.ts";
import type { createSecretResolver } from "../../src/secret/resolve.ts";
import type { formatProblem } from "../../src/yaml/problem.ts";
import type { githubContext } from "../../src/github/context.ts";
import type { signInOf } from "../../src/identity.ts";
import type { readInputs } from "../../src/inputs.ts";
import type { outputsOf } from "../../src/report/outputs.ts";
import type { markdownSections } from "../../src/report/render/markdown.ts";
import type { reportOf } from "../../src/report/report.ts";
import type { renderHtml } from "../../src/report/render/html.ts";

/** The action's own functions, from the checkout or from a copy of it that something was taken out of. */
export type Source = {
  readonly connect: typeof connect;
  readonly diagnoseSignIn: typeof diagnoseSignIn;
  readonly diagnoseWorkspace: typeof diagnoseWorkspace;
  readonly runCommand: typeof runCommand;
  readonly toResult: typeof toResult;
  readonly failureOfThrown: typeof failureOfThrown;
  readonly readDeclaration: typeof readDeclaration;
  readonly createSecretResolver: typeof createSecretResolver;
  readonly formatProblem: typeof formatProblem;
  readonly githubContext: typeof githubContext;
  readonly signInOf: typeof signInOf;
  readonly readInputs: typeof readInputs;
  readonly outputsOf: typeof outputsOf;
  readonly reportOf: typeof reportOf;
  readonly markdownSections: typeof markdownSections;
  readonly renderHtml: typeof renderHtml;
};

export const root = join(import.meta.dirname, "..", "..");

/** @param folder holds `src/`. */
export async function loadSource(folder: string = root): Promise<Source> {
  const load = async (path: string): Promise<Partial<Source>> =>
    (await import(pathToFileURL(join(folder, "src", path)).href)) as Partial<Source>;
  const parts = await Promise.all(
    [
      "azure/azure.ts",
      "azure/diagnosis.ts",
      "commands/run-command.ts",
      "commands/to-result.ts",
      "report/failure.ts",
      "declaration/read-declaration.ts",
      "secret/resolve.ts",
      "yaml/problem.ts",
      "github/context.ts",
      "identity.ts",
      "inputs.ts",
      "report/outputs.ts",
      "report/report.ts",
      "report/render/markdown.ts",
      "report/render/html.ts",
    ].map(load),
  );
  return Object.assign({}, ...parts) as Source;
}
