import { NoOperationTraceWriter, convertWorkflowTemplate, parseWorkflow } from "@actions/workflow-parser";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { readInputs } from "../../src/inputs.ts";
import { isError } from "../../src/yaml/problem.ts";
import { declare } from "./declare.ts";
import { filesOf, root } from "./documentation.ts";

/** What is wrong with declarations and workflows that are shown, each problem as a sentence. */

type Mapping = Readonly<Record<string, unknown>>;

const yamlOf = (path: string) => parse(readFileSync(join(root, path), "utf8")) as unknown;
const action = yamlOf("action.yml") as { readonly inputs: Mapping };
const reusable = "OWNER/azureml-targets/.github/workflows/azureml.yml@";
const { on } = yamlOf(".github/workflows/azureml.yml") as {
  readonly on: { readonly workflow_call: Readonly<Record<"inputs" | "secrets", Mapping>> };
};

/** What is said of an excerpt, and not of a checkout. */
const ofExcerpts = ["missing-file", "nothing-declared"];

/** By the action itself, beside the files that the page shows. */
export async function problemsOfFile(path: string, text: string, document: string): Promise<readonly string[]> {
  const files = { ...filesOf(document), [path]: text };
  const { problems } = await declare(files, { config: [path], subscriptionId: "S", resourceGroup: "g" });
  return problems
    .filter((problem) => isError(problem) && !ofExcerpts.includes(problem.code))
    .map(({ code, message, where }) => `${where?.line ?? 0}: ${message} [${code}]`);
}

/** By GitHub's own parser. It knows no anchors yet, GitHub does: so it gets values in place of the text. */
export async function problemsOfWorkflow(value: unknown): Promise<readonly string[]> {
  const content = JSON.stringify(value);
  const { context, value: parsed } = parseWorkflow({ name: "workflow.yml", content }, new NoOperationTraceWriter());
  if (parsed !== undefined) await convertWorkflowTemplate(context, parsed);
  return context.errors.getErrors().map(({ message }) => message);
}

type Step = { readonly uses?: string; readonly with?: Mapping; readonly run?: string };

/** Every step of this action, and every call of the reusable workflow, wherever it stands. */
function stepsIn(value: unknown): readonly Step[] {
  if (typeof value !== "object" || value === null) return [];
  const { uses } = value as Step;
  return typeof uses === "string" ? [value] : Object.values(value).flatMap(stepsIn);
}

/** Inputs that there are, with values that they take, and inline targets that are valid. */
export async function problemsOfSteps(value: unknown): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const { uses = "", with: given = {} } of stepsIn(value)) {
    const isCall = uses.startsWith(reusable);
    const isOurs = isCall || uses === "./" || uses.startsWith("OWNER/azureml-targets@");
    if (!isOurs) continue;
    if (uses !== "./" && !uses.endsWith("@v1")) problems.push(`${uses} is not the major version.`);
    const inputs = isCall ? on.workflow_call.inputs : action.inputs;
    problems.push(
      ...Object.keys(given)
        .filter((name) => !(name in inputs))
        .map((name) => `There is no input ${name}.`),
    );
    // What an expression gives is known to GitHub alone.
    const plain = Object.entries(given).filter(
      ([name, input]) => name in action.inputs && !String(input).includes("${{"),
    );
    try {
      readInputs(Object.fromEntries(plain.map(([name, input]) => [`INPUT_${name.toUpperCase()}`, String(input)])));
    } catch (error) {
      problems.push(String(error));
    }
    const { targets } = given;
    if (typeof targets === "string") {
      const inline = targets.replaceAll(/\$\{\{.*?\}\}/g, "7");
      problems.push(
        ...(await problemsOfFile("azureml.yml", `targets:\n${inline.replaceAll(/^/gm, "  ")}\n`, "README.md")),
      );
    }
  }
  return problems;
}
