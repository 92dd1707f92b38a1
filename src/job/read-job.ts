import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, posix, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { ProblemCode } from "../yaml/problem-codes.ts";
import type { Problem } from "../yaml/problem.ts";
import { checkShape } from "../yaml/shape.ts";
import { positionOf, type NodePath, type SourceNode } from "../yaml/source.ts";
import { suggestionFor } from "../yaml/suggestion.ts";
import { readDocuments } from "../yaml/yaml.ts";
import type { CondaSpecification } from "../asset/environment/definition.ts";
import { readInlineEnvironment, versionText } from "../asset/environment/read.ts";
import type { CommandJob, EnvironmentValue, JobCode, JobEnvironment, JobInput, JobOutput } from "./definition.ts";
import { jobSchema, type DeclaredJob } from "./job-shape.ts";
import { pythonText } from "../yaml/python-text.ts";
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

type Report = (code: ProblemCode, path: NodePath, message: string, fix: string, severity?: Problem["severity"]) => void;

/** An az ml command job (or an inline one): the job, or every problem at its place. */
export function readCommandJob(node: SourceNode): { readonly job?: CommandJob; readonly problems: readonly Problem[] } {
  const { value, problems: shapeProblems } = checkShape(jobSchema, node);
  if (value === undefined) return { problems: shapeProblems };
  const problems: Problem[] = [];
  const report: Report = (code, path, message, fix, severity = "error") =>
    problems.push({ code, severity, where: positionOf(node, path), message, fix });
  const environment = readEnvironment(value, node, report, problems);
  const code = readCode(value.code, node, report);
  const inputs = readInputs(value.inputs ?? {}, node, report);
  const outputs = readOutputs(value.outputs ?? {}, node, report);
  checkBindings(value.command, Object.keys(value.inputs ?? {}), Object.keys(outputs), report);
  if ((value.limits?.timeout ?? 0) < 0)
    report("out-of-range", ["limits", "timeout"], `timeout is ${value.limits?.timeout ?? 0}.`, "Give seconds.");
  checkServices(value.services ?? {}, report);
  const variables = readVariables(value.environment_variables ?? {}, node, report);
  if (environment === undefined) return { problems };
  const job: CommandJob = {
    kind: "command",
    source: node,
    // As the official client does: names of jobs know no case.
    ...optional("name", value.name?.toLowerCase()),
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
    // az ml takes 0 for no timeout.
    ...optional("limits", value.limits && (value.limits.timeout ? { timeout: value.limits.timeout } : {})),
    ...optional("services", value.services && toServices(value.services)),
    ...optional("identity", value.identity && toIdentity(value.identity)),
    ...optional("queueSettings", value.queue_settings && toQueueSettings(value.queue_settings)),
    ...optional("parentJobName", value.parent_job_name),
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
  if (/^git(\+|:)/i.test(code)) {
    report(
      "git-code",
      ["code"],
      "Azure ML does not take a Git address as a command job's code.",
      "Check the repository out (actions/checkout has repository and path), and name the folder.",
    );
    return undefined;
  }
  if (/^(azureml:|\/subscriptions\/|https?:\/\/)/i.test(code)) return { from: "reference", id: code };
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

function readEnvironment(
  value: DeclaredJob,
  node: SourceNode,
  report: Report,
  problems: Problem[],
): JobEnvironment | undefined {
  const packages = packageSpecification(value);
  const declared = value.environment;
  if (typeof declared === "string" && !declared.startsWith("file:")) {
    if (packages !== undefined || value.gpu !== undefined) {
      report(
        "two-environments",
        ["environment"],
        "The job refers to an environment and also lists packages or gpu of its own.",
        "Keep one of the two.",
      );
    }
    return readReference(declared, report);
  }
  // What leaves the image out is an inline run, or a file with its short cuts; an az ml file has to say it.
  const isShort = node.path.length > 0 || packages !== undefined || value.gpu !== undefined;
  if (declared === undefined && !isShort) {
    report("missing-key", [], 'The key "environment" is missing.', "Add environment.");
    return undefined;
  }
  const at =
    typeof declared === "string"
      ? environmentFile(declared.slice("file:".length), node, report)
      : declared === undefined
        ? emptyMapping(node)
        : { ...node, path: [...node.path, "environment"] };
  if (at === undefined) return undefined;
  const read = readInlineEnvironment(at, {
    ...(isShort ? { image: value.gpu === true ? defaultImages.gpu : defaultImages.cpu } : {}),
    ...(packages === undefined ? {} : { conda: packages }),
  });
  problems.push(...read.problems);
  return read.definition === undefined ? undefined : { from: "inline", definition: read.definition };
}

function emptyMapping(node: SourceNode): SourceNode {
  return { document: { ...node.document, value: {} }, path: [] };
}

/** `azureml:NAME:VERSION` and its like. A name alone is taken for the curated environments, whose newest the service finds. */
function readReference(reference: string, report: Report): JobEnvironment | undefined {
  const name = /^azureml:(?!\/)(.+)$/i.exec(reference)?.[1];
  const isRegistry = /^azureml:\/\/registries\/./i.test(reference);
  const isId = /^azureml:\/subscriptions\//i.test(reference);
  const isNamed = name !== undefined && (/[:@]./.test(name) || /^azureml-/i.test(name));
  if (isRegistry || isId || isNamed) return { from: "reference", id: reference };
  report(
    name === undefined ? "wrong-reference" : "missing-version",
    ["environment"],
    name === undefined
      ? `${JSON.stringify(reference)} is not a reference to an environment.`
      : `${JSON.stringify(reference)} names no version.`,
    reference.startsWith("/subscriptions/")
      ? `Write azureml:${reference}.`
      : "Write azureml:NAME:VERSION, azureml:NAME@latest, azureml://registries/…, or the environment itself with image and conda_file.",
  );
  return undefined;
}

/** `file:env.yml`: an environment file in place of the mapping. */
function environmentFile(path: string, node: SourceNode, report: Report): SourceNode | undefined {
  const absolute = resolve(node.document.folder, path);
  if (!existsSync(absolute) || !statSync(absolute).isFile()) {
    report(
      "missing-file",
      ["environment"],
      `The environment file ${JSON.stringify(path)} does not exist.`,
      "Correct the path; it is relative to this file.",
    );
    return undefined;
  }
  const file = posix.join(posix.dirname(node.document.file), path);
  const read = readDocuments(readFileSync(absolute, "utf8"), { file, folder: dirname(absolute) });
  const [document] = read.documents;
  if (document !== undefined && read.problems.length === 0) return { document, path: [] };
  report(
    "wrong-file",
    ["environment"],
    `The environment file ${JSON.stringify(path)} is not YAML.`,
    read.problems[0]?.message ?? "Write an az ml environment.",
  );
  return undefined;
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

function readInputs(
  declared: NonNullable<DeclaredJob["inputs"]>,
  node: SourceNode,
  report: Report,
): Readonly<Record<string, JobInput>> {
  const read: Record<string, JobInput> = {};
  for (const [name, input] of Object.entries(declared)) {
    const path = ["inputs", name];
    checkKey(name, path, report);
    if (typeof input !== "object" || "value" in input) {
      const [value, at] = typeof input === "object" ? [input.value, [...path, "value"]] : [input, path];
      if (typeof value === "number" && !Number.isFinite(value)) {
        report(
          "wrong-value",
          at,
          `The input ${JSON.stringify(name)} is no number that can be sent.`,
          "Write a number.",
        );
      }
      read[name] = { kind: "literal", value: pythonText(value, node.document.textAt?.([...node.path, ...at])) };
      continue;
    }
    // A binding to what is around the job is resolved there.
    if (/^\$\{\{.+\}\}$/.test(input.path)) {
      read[name] = { kind: "literal", value: input.path };
      continue;
    }
    const local = isRemote(input.path) ? {} : readLocal(name, input, node, report);
    if (/^azureml:[^/:@]+$/i.test(input.path)) {
      report(
        "missing-version",
        [...path, "path"],
        `${JSON.stringify(input.path)} names no version.`,
        `Write ${input.path}:VERSION or ${input.path}@latest.`,
      );
    }
    if (/^eval_/.test(input.mode ?? "") && typeIsGiven(input.type, node, path) && input.type !== "mltable") {
      report(
        "wrong-mode",
        [...path, "mode"],
        `The mode ${input.mode ?? ""} is for inputs of type mltable; this one is of type ${input.type}.`,
        "Use ro_mount, download or direct.",
      );
    }
    read[name] = {
      kind: "data",
      type: input.type,
      path: input.path,
      ...local,
      ...optional("mode", input.mode && inputMode(input.mode)),
    };
  }
  return read;
}

function typeIsGiven(type: string, node: SourceNode, path: NodePath): boolean {
  return type !== "uri_folder" || node.document.textAt?.([...node.path, ...path, "type"]) !== undefined;
}

type DataInput = Extract<NonNullable<DeclaredJob["inputs"]>[string], { readonly path: string }>;

/** A path on this machine: it has to be there, and to be what its type says. */
function readLocal(
  name: string,
  { path, type, datastore }: DataInput,
  node: SourceNode,
  report: Report,
): { readonly local?: string; readonly datastore?: string } {
  const written = /^file:\/\//i.test(path) ? fileURLToPath(path) : path.replace(/^file:/i, "");
  const local = resolve(node.document.folder, written);
  const at = ["inputs", name, "path"];
  if (!existsSync(local)) {
    report(
      "missing-file",
      at,
      `The input ${JSON.stringify(name)} names ${JSON.stringify(path)}, which does not exist.`,
      "Correct the path, which is relative to this file; or refer to data in the workspace: azureml:NAME:VERSION, azureml://datastores/NAME/paths/…",
    );
    return {};
  }
  const isFile = statSync(local).isFile();
  if ((type === "uri_folder" && isFile) || (type === "uri_file" && !isFile)) {
    report(
      "wrong-type",
      at,
      `${JSON.stringify(path)} is a ${isFile ? "file" : "folder"}, and the input ${JSON.stringify(name)} is of type ${type}.`,
      isFile ? "Add type: uri_file." : "Use type: uri_folder.",
    );
  }
  return { local, ...(datastore === undefined ? {} : { datastore: datastore.replace(/^azureml:/, "") }) };
}

function checkServices(services: NonNullable<DeclaredJob["services"]>, report: Report): void {
  const owners = { log_dir: "tensor_board", ssh_public_keys: "ssh" } as const;
  for (const [name, service] of Object.entries(services)) {
    for (const [key, type] of Object.entries(owners)) {
      if (service[key as keyof typeof owners] === undefined || service.type === type) continue;
      report(
        "wrong-key",
        ["services", name, key],
        `${key} is for services of type ${type}; this one is of type ${service.type}.`,
        "Remove it, or change the type.",
      );
    }
  }
}

/** Names of inputs and outputs become variables. */
function checkKey(name: string, path: NodePath, report: Report): void {
  if (/^[A-Za-z0-9_]+$/.test(name)) return;
  report(
    "illegal-name",
    path,
    `${JSON.stringify(name)} is not a name for an input or output.`,
    "Use letters, digits and underscores.",
  );
}

/** Anything with a scheme, an asset reference or an ARM id; the rest is a path on this machine. */
function isRemote(path: string): boolean {
  return /^([a-z][a-z0-9+.-]*:|\/subscriptions\/)/i.test(path) && !/^file:/i.test(path);
}

function readOutputs(
  declared: NonNullable<DeclaredJob["outputs"]>,
  node: SourceNode,
  report: Report,
): Readonly<Record<string, JobOutput>> {
  return Object.fromEntries(
    Object.entries(declared).map(([name, output]) => {
      const path = ["outputs", name];
      checkKey(name, path, report);
      const at = { ...node, path: [...node.path, ...path] };
      return [
        name,
        {
          type: output?.type ?? "uri_folder",
          ...optional("path", output?.path),
          ...optional("mode", output?.mode && outputMode(output.mode)),
          ...optional("name", output?.name),
          ...optional("version", versionText(output?.version, at)),
        },
      ];
    }),
  );
}

/** `${{inputs.x}}` in a command has to be declared, as the official client demands; `$[[…]]` marks what may be absent. */
function checkBindings(command: string, inputs: readonly string[], outputs: readonly string[], report: Report): void {
  const certain = command.replaceAll(/\$\[\[[\s\S]*?\]\]/g, "");
  for (const [, section, name] of certain.matchAll(/\$\{\{\s*(inputs|outputs)\.([A-Za-z0-9_]+)[^}]*\}\}/g)) {
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
    Object.entries(declared).flatMap(([name, value]): [string, EnvironmentValue][] => {
      if (value === null) return [];
      if (typeof value !== "object") return [[name, value]];
      const path = ["environment_variables", name];
      report(
        "visible-secret",
        path,
        `The variable ${JSON.stringify(name)} is sent with the job: everybody who can read the workspace's jobs sees its value.`,
        "Prefer Key Vault, read by the job itself with its identity.",
        "warning",
      );
      return [[name, { from: "env", name: value.env, where: positionOf(node, path) }]];
    }),
  );
}
