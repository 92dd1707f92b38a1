import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import * as z from "zod";
import type { AssetUse } from "../../asset/asset.ts";
import { fileEntriesOfPip, messageOf } from "../../asset/environment/conda-files.ts";
import type { CondaSpecification, EnvironmentDefinition } from "../../asset/environment/definition.ts";
import { readInlineEnvironment } from "../../asset/environment/read.ts";
import { environmentSchema } from "../../asset/environment/shape.ts";
import { keepInside, leadsOutside, namedPath } from "../../yaml/named-path.ts";
import type { Problem } from "../../yaml/problem.ts";
import { boolean, text } from "../../yaml/shape.ts";
import { shownPath, type SourceNode } from "../../yaml/source.ts";
import { readDocuments } from "../../yaml/yaml.ts";
import type { Resolved } from "../resolved.ts";
import type { PartReader } from "./read-part.ts";

/** Azure ML's default images for jobs that name none. @see https://learn.microsoft.com/azure/machine-learning/concept-prebuilt-docker-images-inference */
export const defaultImages = {
  cpu: "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:latest",
  gpu: "mcr.microsoft.com/azureml/openmpi4.1.0-cuda11.8-cudnn8-ubuntu22.04:latest",
} as const;

export const jobEnvironmentSchema = () => z.union([text(), environmentSchema()]);

/** The keys by which an inline run makes an environment without writing one. */
export const shortCutKeys = () => ({
  conda_packages: z.array(text()).optional().describe("In place of a conda file: packages of conda-forge."),
  pip_packages: z.array(text()).optional().describe("In place of a conda file: packages that pip installs."),
  gpu: boolean().optional().describe("Use Azure ML's default GPU image in place of the default CPU image."),
});

type DeclaredEnvironment = {
  readonly environment?: z.infer<ReturnType<typeof jobEnvironmentSchema>> | undefined;
  readonly conda_packages?: readonly string[] | undefined;
  readonly pip_packages?: readonly string[] | undefined;
  readonly gpu?: boolean | undefined;
};

export type JobEnvironment =
  /** `azureml:name:version`, `azureml:name@latest`, `azureml://registries/…` or a full id, as the service takes or resolves it. */
  | { readonly from: "reference"; readonly id: string }
  /** Defined beside the job; becomes an anonymous environment version first. */
  | { readonly from: "inline"; readonly definition: EnvironmentDefinition };

type ReadEnvironment = { readonly environment?: JobEnvironment; readonly problems: readonly Problem[] };
const nothing: ReadEnvironment = { problems: [] };

/**
 * @param ownImage the image of environments that name none, for jobs that have one of their own.
 * @returns the problems of the environment itself; those of the job go to the reader.
 */
export function readEnvironment(value: DeclaredEnvironment, reader: PartReader, ownImage?: string): ReadEnvironment {
  const { node, add } = reader;
  const packages = packageSpecification(value);
  const declared = value.environment;
  if (typeof declared === "string" && !declared.startsWith("file:")) {
    if (packages !== undefined || value.gpu !== undefined) {
      add(
        "two-environments",
        ["environment"],
        "The job refers to an environment and also lists packages or gpu of its own.",
        "Keep one of the two.",
      );
    }
    return readReference(declared, reader);
  }
  // What leaves the image out is an inline run, or a file with its short cuts; an az ml file has to say it.
  const isShort = node.path[0] === "run" || packages !== undefined || value.gpu !== undefined;
  if (declared === undefined && !isShort) {
    add("missing-key", [], 'The key "environment" is missing.', "Add environment.");
    return nothing;
  }
  for (const entry of fileEntriesOfPip(value.pip_packages ?? [], ["pip_packages"])) {
    const { message, fix } = messageOf(entry);
    add("needs-files", entry.path, message, fix, "warning");
  }
  const at =
    typeof declared === "string"
      ? environmentFile(declared.slice("file:".length), reader)
      : declared === undefined
        ? emptyMapping(node)
        : { ...node, path: [...node.path, "environment"] };
  if (at === undefined) return nothing;
  const { definition, problems } = readInlineEnvironment(at, {
    ...(ownImage === undefined ? {} : { image: ownImage }),
    ...(ownImage === undefined && isShort ? { image: value.gpu === true ? defaultImages.gpu : defaultImages.cpu } : {}),
    ...(packages === undefined ? {} : { conda: packages }),
  });
  return definition === undefined ? { problems } : { environment: { from: "inline", definition }, problems };
}

function emptyMapping(node: SourceNode): SourceNode {
  return { document: { ...node.document, value: {} }, path: [] };
}

/** `azureml:NAME:VERSION` and its like. A name alone is taken for the curated environments, whose newest the service finds. */
function readReference(reference: string, { add }: PartReader): ReadEnvironment {
  const name = /^azureml:(?!\/)(.+)$/i.exec(reference)?.[1];
  const isRegistry = /^azureml:\/\/registries\/./i.test(reference);
  const isId = /^azureml:\/subscriptions\//i.test(reference);
  const isNamed = name !== undefined && (/[:@]./.test(name) || /^azureml-/i.test(name));
  if (isRegistry || isId || isNamed) return { environment: { from: "reference", id: reference }, problems: [] };
  add(
    name === undefined ? "wrong-reference" : "missing-version",
    ["environment"],
    name === undefined
      ? `${JSON.stringify(reference)} is not a reference to an environment.`
      : `${JSON.stringify(reference)} names no version.`,
    reference.startsWith("/subscriptions/")
      ? `Write azureml:${reference}.`
      : "Write azureml:NAME:VERSION, azureml:NAME@latest, azureml://registries/…, or the environment itself with image and conda_file.",
  );
  return nothing;
}

/** `file:env.yml`: an environment file in place of the mapping. */
export function environmentFile(path: string, { node, add }: PartReader): SourceNode | undefined {
  const { path: absolute, is } = namedPath(path, node.document);
  if (is === "outside") {
    add("outside", ["environment"], `The environment file ${JSON.stringify(path)} ${leadsOutside}.`, keepInside);
    return undefined;
  }
  if (is !== "file") {
    add(
      "missing-file",
      ["environment"],
      `The environment file ${JSON.stringify(path)} does not exist.`,
      "Fix the path; it is relative to this file.",
    );
    return undefined;
  }
  const file = shownPath(node.document, path);
  const read = readDocuments(readFileSync(absolute, "utf8"), {
    file,
    folder: dirname(absolute),
    root: node.document.root,
  });
  const [document] = read.documents;
  if (document !== undefined && read.problems.length === 0) return { document, path: [] };
  add(
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
}: DeclaredEnvironment): CondaSpecification | undefined {
  if (conda === undefined && pip === undefined) return undefined;
  const python = (conda ?? []).some((entry) => /^python\b/.test(entry)) ? [] : ["python=3.10"];
  const hasMlflow = (pip ?? []).some((entry) => /^azureml-mlflow\b/.test(entry));
  return {
    channels: ["conda-forge"],
    dependencies: [
      ...python,
      ...(conda ?? []),
      "pip",
      { pip: [...(pip ?? []), ...(hasMlflow ? [] : ["mlflow", "azureml-mlflow"])] },
    ],
    name: "job",
  };
}

const where = "environment";

export function assetOfEnvironment(environment: JobEnvironment): AssetUse<"environment"> {
  const use = { kind: "environment", where, what: "the environment" } as const;
  return environment.from === "reference"
    ? { ...use, reference: environment.id }
    : { ...use, declared: environment.definition };
}

export function toEnvironmentId({ idOf }: Pick<Resolved, "idOf">): string {
  return idOf(where);
}
