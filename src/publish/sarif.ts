import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { folderInRepository } from "../yaml/files.ts";
import type { Failure, Result } from "../report/result.ts";
import { sarifOf } from "../report/render/sarif.ts";
import { version } from "../version.ts";
import type { PublishContext } from "./context.ts";
import { isPattern } from "../yaml/glob.ts";

/** Writes the problems that `validate` found to `sarif-path`, also when there are none: that is what closes old alerts. */
export async function writeSarif(result: Result, context: PublishContext): Promise<readonly Failure[]> {
  const { inputs, github, workingDirectory, environment, log } = context;
  if (inputs.sarifPath === undefined) return [];
  if (result.command !== "validate") {
    log.annotate("notice", `The input 'sarif-path' is for the command validate; ${result.command} writes no SARIF.`);
    return [];
  }
  const folder = await folderInRepository(context);
  const declared = inputs.config.find((path) => !isPattern(path)) ?? "azureml.yml";
  const sarif = sarifOf(result.problems, {
    folder,
    fallbackFile: workflowFile(environment, github.repository) ?? (folder === "" ? declared : `${folder}/${declared}`),
    version,
    ...codesPage(environment),
    completed: result.failureReason !== "internal-error" && result.failureReason !== "cancelled",
    digest: (text) => createHash("sha256").update(text).digest("hex"),
  });
  const path = resolve(workingDirectory, inputs.sarifPath);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `${JSON.stringify(sarif, undefined, 2)}\n`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [
      {
        reason: "invalid-input",
        message: `The SARIF file could not be written to ${JSON.stringify(inputs.sarifPath)}: ${why}. Name a path that can be written.`,
      },
    ];
  }
  return [];
}

/** The documentation of the version that runs. An action of the repository itself (`uses: ./`) has no name there. */
function codesPage(environment: PublishContext["environment"]): { readonly codesPage?: string } {
  const [server = "", repository = "", ref = ""] = [
    environment["GITHUB_SERVER_URL"],
    environment["GITHUB_ACTION_REPOSITORY"],
    environment["GITHUB_ACTION_REF"],
  ];
  if (!URL.canParse(server) || !/^[\w.-]+\/[\w.-]+$/.test(repository) || ref === "") return {};
  return {
    codesPage: `${server}/${repository}/blob/${ref.split("/").map(encodeURIComponent).join("/")}/docs/codes.md`,
  };
}

/** `GITHUB_WORKFLOW_REF` is `octo-org/octo-repo/.github/workflows/ci.yml@refs/heads/main`. */
function workflowFile(environment: PublishContext["environment"], repository: string): string | undefined {
  const reference = environment["GITHUB_WORKFLOW_REF"] ?? "";
  const start = `${repository}/`;
  const end = reference.indexOf("@");
  return repository !== "" && reference.startsWith(start) && end > start.length
    ? reference.slice(start.length, end)
    : undefined;
}
