import type { Emulator } from "../../emulator/emulator.ts";
import { workspacePath } from "../../emulator/settings.ts";
import { succeeded } from "../../src/azure/outcome.ts";
import { readDeployment } from "../../src/deployment/deployment.ts";
import type { AciService, AksService } from "../../src/deployment/service/definition.ts";
import type { Released, ReleaseDeps, TakenParts } from "../../src/release/kind.ts";
import { plan } from "../../src/release/service-release.ts";
import type { PlannedDeployment } from "../../src/report/result.ts";
import { formatProblem, isError } from "../../src/yaml/problem.ts";
import { releaseDeps, type Connected, type Options } from "./online-release.ts";
import { nodeOf } from "./documents.ts";
import { checkoutOf } from "./step.ts";

/** The declaration of a service, read from a checkout of its own. @param version stands in its code. */
export function service(
  more = "",
  {
    version = "1",
    type = "aci",
    name = "clf",
    compute = "scoring",
    environment = '{ image: "i:1" }',
    files = { "src/score.py": `# version ${version}\ndef init(): pass\ndef run(data): return data\n` },
  }: {
    version?: string;
    type?: "aci" | "aks";
    name?: string;
    compute?: string;
    environment?: string;
    files?: Readonly<Record<string, string>>;
  } = {},
): AciService | AksService {
  const checkout = checkoutOf(files);
  const text = `type: ${type}
name: ${name}
${type === "aks" ? `compute: azureml:${compute}\n` : ""}model: azureml:clf:1
code_configuration: { code: src, scoring_script: score.py }
environment: ${environment}
${more}`;
  const { node } = nodeOf(text, checkout, "deploy.yml");
  if (node === undefined) throw new Error("no YAML");
  const { deployment, problems } = readDeployment(type, { settings: node });
  const errors = problems.filter(isError).map(formatProblem);
  if (deployment === undefined || errors.length > 0) throw new Error(errors.join("\n"));
  return deployment as AciService | AksService;
}

/** A test that only this answer passes. */
export const wants = (answer: object, more = "") =>
  `tests: [{ request: { data: 1 }, response: ${JSON.stringify(answer)} }]\n${more}`;

/** The model that the services serve. */
export async function model(emulator: Emulator): Promise<void> {
  await emulator.putBlob("models/clf/model.json", "{}");
  emulator.putAsset("models", "clf", "1", {
    modelUri: "azureml://datastores/workspaceblobstore/paths/models/clf/model.json",
  });
}

const modelId = `${workspacePath}/models/clf/versions/1`;

const ids: Readonly<Record<string, string>> = {
  model: modelId,
  environment: `${workspacePath}/environments/infer/versions/3`,
};

/** They are in the workspace already. */
const parts: TakenParts = {
  identityOf: (where) => `content of ${where}`,
  steps: [],
  modelId,
  ensure: async () => succeeded((where) => ids[where] ?? ""),
};

export type ServiceOptions = Options & Partial<Pick<ReleaseDeps, "liveNames" | "resolveSecret">>;

/** Releases a declaration as a command would. A plan that cannot be made throws. */
export async function releaseService(
  declared: AciService | AksService,
  connected: Connected,
  { liveNames, resolveSecret, ...options }: ServiceOptions = {},
): Promise<Released & { readonly planned: PlannedDeployment; readonly shown: readonly string[] }> {
  const made = releaseDeps(connected, options);
  const deps = {
    ...made,
    ...(liveNames === undefined ? {} : { liveNames }),
    ...(resolveSecret === undefined ? {} : { resolveSecret }),
  };
  const decided = await plan(declared, options.parts ?? parts, deps);
  if (!decided.ok) throw new Error(`${decided.failure.error.message} [${decided.failure.error.code}]`);
  const done = await decided.value.carryOut();
  return { ...done, planned: decided.value.planned, shown: made.shown };
}

/** Writes of services, in order: `PATCH clf`. */
export function serviceWrites(emulator: Emulator): readonly string[] {
  return emulator.journal().flatMap(({ method, path, body }) => {
    const [, name] = /\/modelmanagement\/v1\.0\/.*\/services(?:\/([^/]+))?$/i.exec(path) ?? [];
    const isWrite = /\/services(\/[^/]+)?$/i.test(path) && path.includes("/modelmanagement/") && method !== "GET";
    if (!isWrite || name === "validate") return [];
    return [`${method} ${name ?? String((body as { readonly name?: string } | undefined)?.name)}`];
  });
}

/** States of the services that there are, by their names. */
export async function liveServices({ azure }: Connected): Promise<Readonly<Record<string, string>>> {
  const listed = await azure.v1Services.list();
  if (!listed.ok) throw new Error(listed.failure.error.message);
  return Object.fromEntries(listed.value.map(({ name, state }) => [name, state]));
}

/** The fields of one, as they are read. */
export async function fieldsOf(name: string, { azure }: Connected): Promise<Readonly<Record<string, unknown>>> {
  const live = await azure.v1Services.get(name);
  if (!live.ok || live.value === undefined) throw new Error(`There is no service ${name}.`);
  return live.value.fields;
}
