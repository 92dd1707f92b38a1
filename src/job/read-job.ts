import { existsSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Problem } from "../declaration/problem.ts";
import { checkShape } from "../declaration/shape.ts";
import { positionOf, type NodePath, type SourceNode } from "../declaration/source.ts";
import { suggestionFor } from "../declaration/suggestion.ts";
import { readDocuments } from "../declaration/yaml.ts";
import type {
  CommandJob,
  CondaSpecification,
  EnvironmentValue,
  JobCode,
  JobEnvironment,
  JobInput,
  JobOutput,
} from "./definition.ts";
import { jobSchema, type DeclaredEnvironment, type DeclaredJob } from "./job-shape.ts";
import { pythonText } from "./literal.ts";
import {
  inputMode,
  outputMode,
  toDistribution,
  toIdentity,
  toQueueSettings,
  toResources,
  toServices,
} from "./wire-parts.ts";

/** Azure ML's default images for jobs that name none. @see https://learn.microsoft.com/azure/machine-learning/concept-prebuilt-docker-images-inference */
export const defaultImages = {
  cpu: "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:latest",
  gpu: "mcr.microsoft.com/azureml/openmpi4.1.0-cuda11.8-cudnn8-ubuntu22.04:latest",
} as const;

type Report = (code: string, path: NodePath, message: string, fix: string, severity?: Problem["severity"]) => void;

/** An az ml command job (or an inline one): the job, or every problem at its place. */
export function readCommandJob(node: SourceNode): { readonly job?: CommandJob; readonly problems: readonly Problem[] } {
  const { value, problems: shapeProblems } = checkShape(jobSchema, node);
  if (value === undefined) return { problems: shapeProblems };
  const problems: Problem[] = [];
  const report: Report = (code, path, message, fix, severity = "error") =>
    problems.push({ code, severity, where: positionOf(node, path), message, fix });
  const environment = readEnvironment(value, node, report);
  const code = readCode(value.code, node, report);
  const inputs = readInputs(value.inputs ?? {}, node, report);
  const outputs = readOutputs(value.outputs ?? {}, report);
  checkBindings(value.command, Object.keys(value.inputs ?? {}), Object.keys(outputs), report);
  const variables = readVariables(value.environment_variables ?? {}, node, report);
  if (environment === undefined) return { problems };
  const job: CommandJob = {
    kind: "command",
    source: node,
    ...optional("name", value.name),
    ...optional("displayName", value.display_name),
    ...optional("experimentName", value.experiment_name),
    ...optional("description", value.description),
    tags: texts(value.tags),
    properties: texts(value.properties),
    command: value.command,
    ...optional("code", code),
    environment,
    ...optional("compute", value.compute?.replace(/^azureml:(?!\/\/)/, "")),
    inputs,
    outputs,
    environmentVariables: variables,
    ...optional("distribution", value.distribution && toDistribution(value.distribution)),
    ...optional("resources", value.resources && toResources(value.resources)),
    ...optional("timeoutSeconds", value.limits?.timeout),
    ...optional("services", value.services && toServices(value.services)),
    ...optional("identity", value.identity && toIdentity(value.identity)),
    ...optional("queueSettings", value.queue_settings && toQueueSettings(value.queue_settings)),
  };
  return { job, problems };
}

function optional<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return (value === undefined ? {} : { [key]: value }) as { [K in Key]?: Value };
}

function texts(declared: Readonly<Record<string, string | null>> | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(declared ?? {}).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
  );
}

function readCode(code: string | undefined, node: SourceNode, report: Report): JobCode | undefined {
  if (code === undefined) return undefined;
  if (/^(azureml:|\/subscriptions\/|git\+|https?:\/\/)/i.test(code)) return { from: "reference", id: code };
  const folder = resolve(node.document.folder, code);
  if (!existsSync(folder)) {
    report(
      "missing-file",
      ["code"],
      `The code folder ${JSON.stringify(code)} does not exist.`,
      "Correct the path; it is relative to this file.",
    );
    return undefined;
  }
  return { from: "local", path: code, folder };
}

function readEnvironment(value: DeclaredJob, node: SourceNode, report: Report): JobEnvironment | undefined {
  const packages = packageSpecification(value);
  const image = value.gpu === true ? defaultImages.gpu : defaultImages.cpu;
  if (typeof value.environment === "string") {
    if (packages !== undefined || value.gpu !== undefined) {
      report(
        "two-environments",
        ["environment"],
        "The job refers to an environment and also lists packages or gpu of its own.",
        "Keep one of the two.",
      );
    }
    if (/^(azureml:|\/subscriptions\/)/i.test(value.environment)) return { from: "reference", id: value.environment };
    report(
      "wrong-reference",
      ["environment"],
      `${JSON.stringify(value.environment)} is not a reference to an environment.`,
      "Write azureml:NAME:VERSION, azureml:NAME@latest, azureml://registries/…, or the environment itself with image and conda_file.",
    );
    return undefined;
  }
  const declared = value.environment ?? {};
  if (value.environment === undefined && value.$schema !== undefined) {
    report("missing-key", [], 'The key "environment" is missing.', "Add environment.");
    return undefined;
  }
  if (declared.build !== undefined) {
    report(
      "not-supported-yet",
      ["environment", "build"],
      "An environment that is built from a Docker context is not supported yet.",
      "Register it, and refer to it as azureml:NAME:VERSION.",
    );
    return undefined;
  }
  const conda = packages ?? condaOf(declared, node, report);
  return {
    from: "inline",
    ...optional("name", declared.name),
    ...optional("version", declared.version === undefined ? undefined : String(declared.version)),
    ...optional("description", declared.description),
    image: declared.image ?? image,
    ...optional("conda", conda),
    tags: (declared.tags ?? {}) as Readonly<Record<string, string>>,
    properties: declared.properties ?? {},
    ...optional(
      "osType",
      declared.os_type === undefined ? undefined : declared.os_type === "linux" ? "Linux" : "Windows",
    ),
    ...optional("inferenceConfig", declared.inference_config as object | undefined),
  };
}

/** The short cuts as a conda specification; the client library that logs metrics comes with it. */
function packageSpecification({
  conda_packages: conda,
  pip_packages: pip,
}: DeclaredJob): CondaSpecification | undefined {
  if (conda === undefined && pip === undefined) return undefined;
  const python = (conda ?? []).some((entry) => /^python\b/.test(entry)) ? [] : ["python=3.10"];
  return {
    channels: ["conda-forge"],
    dependencies: [
      ...python,
      ...(conda ?? []),
      "pip",
      { pip: [...(pip ?? []), ...(hasMlflow(pip) ? [] : ["mlflow", "azureml-mlflow"])] },
    ],
    name: "job",
  };
}

function hasMlflow(pip: readonly string[] | undefined): boolean {
  return (pip ?? []).some((entry) => /^azureml-mlflow\b/.test(entry));
}

function condaOf(declared: DeclaredEnvironment, node: SourceNode, report: Report): CondaSpecification | undefined {
  const { conda_file: conda } = declared;
  if (conda === undefined) return undefined;
  if (typeof conda !== "string") return conda;
  const path = resolve(node.document.folder, conda);
  const at = ["environment", "conda_file"];
  if (!existsSync(path) || !statSync(path).isFile()) {
    report(
      "missing-file",
      at,
      `The conda file ${JSON.stringify(conda)} does not exist.`,
      "Correct the path; it is relative to this file.",
    );
    return undefined;
  }
  const read = readDocuments(readFileSync(path, "utf8"), { file: conda, folder: node.document.folder });
  const specification = read.documents[0]?.value;
  if (
    read.problems.length > 0 ||
    typeof specification !== "object" ||
    specification === null ||
    Array.isArray(specification)
  ) {
    report(
      "wrong-conda-file",
      at,
      `The conda file ${JSON.stringify(conda)} is not a YAML mapping.`,
      read.problems[0]?.message ?? "Write channels and dependencies.",
    );
    return undefined;
  }
  return specification as CondaSpecification;
}

function readInputs(
  declared: NonNullable<DeclaredJob["inputs"]>,
  node: SourceNode,
  report: Report,
): Readonly<Record<string, JobInput>> {
  const read: Record<string, JobInput> = {};
  for (const [name, input] of Object.entries(declared)) {
    const path = ["inputs", name];
    if (typeof input !== "object") {
      const source = node.document.textAt?.([...node.path, ...path]);
      read[name] = { kind: "literal", value: pythonText(input, source) };
      continue;
    }
    if (!isRemote(input.path)) {
      report(
        "not-supported-yet",
        [...path, "path"],
        `The input ${JSON.stringify(name)} is a local path, ${JSON.stringify(input.path)}; uploading data is not supported yet.`,
        "Refer to data in the workspace: azureml:NAME:VERSION, azureml://datastores/NAME/paths/…, or an address.",
      );
      continue;
    }
    if (input.path_on_compute !== undefined) {
      report(
        "not-supported-yet",
        [...path, "path_on_compute"],
        "path_on_compute is not supported yet.",
        "Leave it out.",
      );
    }
    read[name] = {
      kind: "data",
      type: input.type,
      path: input.path,
      ...optional("mode", input.mode && inputMode(input.mode)),
    };
  }
  return read;
}

/** Anything with a scheme, an asset reference or an ARM id; the rest is a path on this machine. */
function isRemote(path: string): boolean {
  return /^([a-z][a-z0-9+.-]*:|\/subscriptions\/)/i.test(path) && !/^file:/i.test(path);
}

function readOutputs(
  declared: NonNullable<DeclaredJob["outputs"]>,
  report: Report,
): Readonly<Record<string, JobOutput>> {
  return Object.fromEntries(
    Object.entries(declared).map(([name, output]) => {
      if (output?.path_on_compute !== undefined) {
        report(
          "not-supported-yet",
          ["outputs", name, "path_on_compute"],
          "path_on_compute is not supported yet.",
          "Leave it out.",
        );
      }
      return [
        name,
        {
          type: output?.type ?? "uri_folder",
          ...optional("path", output?.path),
          ...optional("mode", output?.mode && outputMode(output.mode)),
          ...optional("name", output?.name),
          ...optional("version", output?.version === undefined ? undefined : String(output.version)),
          ...optional("description", output?.description),
        },
      ];
    }),
  );
}

/** `${{inputs.x}}` in a command has to be declared, as the official client demands; `$[[…]]` marks what may be absent. */
function checkBindings(command: string, inputs: readonly string[], outputs: readonly string[], report: Report): void {
  for (const [, section, name] of command.matchAll(/\$\{\{\s*(inputs|outputs)\.([A-Za-z0-9_]+)[^}]*\}\}/g)) {
    const known = section === "inputs" ? inputs : outputs;
    if (name === undefined || known.includes(name)) continue;
    report(
      "unknown-binding",
      ["command"],
      `The command uses \${{${section}.${name}}}, and no such ${section === "inputs" ? "input" : "output"} is declared.${suggestionFor(name, known)}`,
      `Declare it under ${section}, or correct the name.`,
    );
  }
}

function readVariables(
  declared: NonNullable<DeclaredJob["environment_variables"]>,
  node: SourceNode,
  report: Report,
): Readonly<Record<string, EnvironmentValue>> {
  return Object.fromEntries(
    Object.entries(declared).map(([name, value]): [string, EnvironmentValue] => {
      if (typeof value !== "object") return [name, value];
      const path = ["environment_variables", name];
      report(
        "visible-secret",
        path,
        `The variable ${JSON.stringify(name)} is sent with the job: everybody who can read the workspace's jobs sees its value.`,
        "Prefer Key Vault, read by the job itself with its identity.",
        "warning",
      );
      return [name, { from: "env", name: value.env, where: positionOf(node, path) }];
    }),
  );
}
