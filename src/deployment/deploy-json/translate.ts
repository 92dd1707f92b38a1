import { posix, relative, sep } from "node:path";
import * as z from "zod";
import { carry, openKeyed, placeOfKey, type KeyedReader } from "../../job/runconfig/keyed.ts";
import { notCarriedOver } from "../../job/runconfig/reader.ts";
import { translatedDocument } from "../../job/runconfig/translation.ts";
import { rootOf } from "../../yaml/named-path.ts";
import type { Problem } from "../../yaml/problem.ts";
import { shape } from "../../yaml/shape.ts";
import type { SourceDocument } from "../../yaml/source.ts";
import { knownKeys, notCarried, ofAci, ofAks, ofBoth, renamed } from "./keys.ts";

/** What a `deploy.json` does not say by itself. */
export type DeployJsonFacts = {
  /** `OWNER/NAME`. */
  readonly repository: string;
  /** `refs/heads/main` */
  readonly ref: string;
  /** Names of the environment variables that are set. */
  readonly variables: readonly string[];
};

/** The keys are checked here, the values by what reads the mapping. */
const keysSchema = shape(() =>
  z.strictObject(Object.fromEntries(knownKeys.map((key) => [key, z.unknown().optional()]))),
);

type Reader = DeployJsonFacts & KeyedReader;

/**
 * A `deploy.json` of the action `Azure/aml-deploy` as the mapping of `deploy` that it describes, to be read like any other:
 * the places are those of the original. It names no model, so `model` is there and empty.
 *
 * @see https://github.com/Azure/aml-deploy/blob/master/code/main.py
 */
export function translateDeployJson(
  document: SourceDocument,
  facts: DeployJsonFacts,
): { readonly document: SourceDocument; readonly problems: readonly Problem[] } {
  const reader: Reader = { ...facts, ...openKeyed(document, keysSchema) };
  const { node, made, problems } = reader;
  readPlace(reader);
  readCode(reader);
  for (const key of ofBoth) carry(reader, key, [key]);
  for (const [key, name] of Object.entries(renamed)) carry(reader, key, [name]);
  readKeys(reader);
  warnOfRest(reader);
  made.put(["model"], null, node);
  return { document: translatedDocument(made, node, inRoot(document)), problems: problems() };
}

/** Paths start from the root of the repository. */
function inRoot(document: SourceDocument): Pick<SourceDocument, "folder" | "shownFolder"> {
  const root = rootOf(document);
  const up = relative(document.folder, root).split(sep).join("/");
  return { folder: root, shownFolder: posix.join(posix.dirname(document.file), up) };
}

/** Name, type, and the keys that only one of the two places has. */
function readPlace(reader: Reader): void {
  const { value, node, made, add } = reader;
  if (Object.hasOwn(value, "name")) carry(reader, "name", ["name"]);
  else made.put(["name"], defaultName(reader), node);
  const { deployment_compute_target: target } = value;
  const isAks = target !== undefined && target !== "";
  made.put(["type"], isAks ? "aks" : "aci", isAks ? { ...node, path: ["deployment_compute_target"] } : node);
  if (isAks)
    carry(reader, "deployment_compute_target", ["compute"], typeof target === "string" ? `azureml:${target}` : target);
  for (const key of isAks ? ofAks : ofAci) {
    if (key === "ssl_cert_pem_file" || key === "ssl_key_pem_file")
      carry(reader, key, [key.replace(/_file$/, "")], { file: value[key] });
    else carry(reader, key, [key]);
  }
  for (const key of isAks ? ofAci : ofAks)
    if (isSet(value[key]))
      notCarriedOver(
        add,
        [key],
        isAks
          ? "services on AKS have no counterpart for it."
          : "services on Azure Container Instances have no counterpart for it.",
        isAks ? "Remove it." : "Remove it, or name an AKS cluster: deployment_compute_target.",
      );
}

/** Of repository and branch, as that action makes it; no name ends with a dash. */
function defaultName({ repository, ref }: DeployJsonFacts): string {
  const parts = [repository, ref].map((text) => text.split("/").at(-1) ?? "");
  return parts.join("-").toLowerCase().replaceAll("_", "-").slice(0, 32).replace(/-+$/, "");
}

const defaults = { folder: "code/deploy/", script: "score.py", conda: "environment.yml" } as const;

/** The folder of the code, the script in it, and the environment, whose file is in that folder too. */
function readCode(reader: Reader): void {
  const { value, made, add, variables } = reader;
  const place = (key: string) => placeOfKey(reader, key);
  const folder = value["inference_source_directory"] ?? defaults.folder;
  made.put(["code_configuration", "code"], folder, place("inference_source_directory"));
  const script = value["inference_entry_script"] ?? defaults.script;
  made.put(["code_configuration", "scoring_script"], script, place("inference_entry_script"));
  const conda = value["conda_file"] ?? defaults.conda;
  const path = typeof conda === "string" && typeof folder === "string" ? posix.join(folder, conda) : conda;
  made.put(["environment", "conda_file"], path, place("conda_file"));
  const key = Object.hasOwn(value, "custom_base_image") ? "custom_base_image" : "base_image";
  if (value[key] === undefined || value[key] === "") return;
  carry(reader, key, ["environment", "image"]);
  if (key === "custom_base_image" && Object.hasOwn(value, "base_image"))
    add("said-twice", ["base_image"], "base_image and custom_base_image are the same setting.", "Keep one of the two.");
  if (variables.includes("CONTAINER_REGISTRY_ADRESS"))
    notCarriedOver(
      add,
      [key],
      "its registry, CONTAINER_REGISTRY_ADRESS, and its credentials are not sent.",
      "Write the registry in front of the image, and give the workspace's identity the role AcrPull there.",
    );
}

const keysByVariable = {
  PRIMARY_KEY: "primary_key",
  SECONDARY_KEY: "secondary_key",
  CMK_VAULT_BASE_URL: "cmk_vault_base_url",
  CMK_KEY_NAME: "cmk_key_name",
  CMK_KEY_VERSION: "cmk_key_version",
} as const;

/** What that action takes from the environment. On AKS it takes no customer-managed key. */
function readKeys({ variables, node, made }: Reader): void {
  const isAks = made.value()["type"] === "aks";
  for (const [variable, key] of Object.entries(keysByVariable))
    if (variables.includes(variable) && !(isAks && key.startsWith("cmk_"))) made.put([key], { env: variable }, node);
}

type NotCarried = (typeof notCarried)[number];

const whatInstead: Readonly<Record<NotCarried, readonly [why: string, fix: string]>> = {
  extra_docker_file_steps: [
    "no steps are added to the image.",
    "Build an image with them, and name it: custom_base_image.",
  ],
  enable_gpu: ["the base image decides.", "Name an image with CUDA: custom_base_image."],
  cuda_version: ["the base image decides.", "Name an image with that CUDA: custom_base_image."],
  test_enabled: [
    "no Python is called with an object of the SDK.",
    "Write a deploy mapping with tests: request and response.",
  ],
  test_file_path: [
    "no Python is called with an object of the SDK.",
    "Write a deploy mapping with tests: request and response.",
  ],
  test_file_function_name: [
    "no Python is called with an object of the SDK.",
    "Write a deploy mapping with tests: request and response.",
  ],
  delete_service_after_deployment: ["the service stays.", "Delete it with a step of your own."],
  skip_deployment: ["nothing would be deployed.", "Remove it, or do not run deploy."],
  create_image: ["no separate image is built.", "Remove it once nothing needs that image."],
  profiling_enabled: ["models are not profiled.", "Write cpu_cores and memory_gb."],
  profiling_dataset: ["models are not profiled.", "Write cpu_cores and memory_gb."],
  profile_datasets: ["models are not profiled.", "Write cpu_cores and memory_gb."],
  profileName: ["models are not profiled.", "Write cpu_cores and memory_gb."],
  wait_for_profiling_completion: ["models are not profiled.", "Write cpu_cores and memory_gb."],
};

/** What is lost is told at its line; where the result would be something else than what was asked for, it is an error. */
function warnOfRest({ value, add }: Reader): void {
  for (const key of notCarried) {
    if (!isSet(value[key])) continue;
    const [why, fix] = whatInstead[key];
    if (key === "skip_deployment")
      add("not-carried-over", [key], "skip_deployment is true: there is nothing to deploy.", fix);
    else notCarriedOver(add, [key], why, fix);
  }
  const { runtime } = value;
  if (runtime === undefined || runtime === "" || runtime === "python") return;
  const isSpark = runtime === "spark-py";
  add(
    isSpark ? "not-carried-over" : "wrong-value",
    ["runtime"],
    isSpark
      ? "runtime is spark-py, but web services run only Python."
      : `${JSON.stringify(runtime)} is not a runtime of aml-deploy.`,
    isSpark ? "Write a scoring script that does without Spark, and remove runtime." : "Remove it, or write python.",
  );
}

/** True for what makes a difference. */
function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && value !== "" && value !== "false";
}
