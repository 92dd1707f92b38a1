import type * as z from "zod";
import { defined } from "../../azure/defined.ts";
import { problemsAt } from "../../compute/problems-at.ts";
import type { PartReader } from "../../job/parts/read-part.ts";
import type { UnplacedSecret } from "../../secret/reference.ts";
import type { SecretReference } from "../../secret/secret.ts";
import type { Problem } from "../../yaml/problem.ts";
import { withoutFaults } from "../../yaml/salvage.ts";
import { checkShape } from "../../yaml/shape.ts";
import { positionOf, valueAt, type SourceDocument, type SourceNode } from "../../yaml/source.ts";
import { isMapping } from "../../yaml/wording.ts";
import { noModel } from "../deploy-json/keys.ts";
import { readServedModel } from "../parts/model.ts";
import { readScoring, type Scoring } from "../parts/scoring.ts";
import { readSettings } from "../parts/settings.ts";
import { readStrategy } from "../parts/strategy.ts";
import type { Service } from "./definition.ts";
import type { DeclaredService } from "./keys.ts";
import { checkKeys, checkName, checkResources } from "./rules.ts";

/** The first SDK's own image, of azureml-core 1.61.0: of environments that name none. */
const defaultImage = "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20251130.v1";

/** A mapping with its shape checked. */
export type CheckedService<Declared> = {
  /** What could be read of it. */
  readonly value?: Declared;
  readonly node: SourceNode;
  readonly problems: readonly Problem[];
};

/**
 * Checks the shape, and says of keys that only the other type has which one that is.
 *
 * @param other shape of the other type. @param otherType its name.
 */
export function checkService<Declared>(
  node: SourceNode,
  schema: () => z.ZodObject & z.ZodType<Declared>,
  other: () => z.ZodObject,
  otherType: "aci" | "aks",
): CheckedService<Declared> {
  const foreign = Object.keys(other().shape).filter(
    (key) => !Object.hasOwn(schema().shape, key) && valueAt(node, [key]) !== undefined,
  );
  const { found, add } = problemsAt(node);
  for (const key of foreign)
    add("wrong-key", [key], `${key} is a key of type: ${otherType}.`, `Remove it, or write type: ${otherType}.`);
  // A deploy.json has no key for it: what is translated has `model`, and nothing in it.
  const isModelMissing = valueAt(node, ["model"]) === null;
  if (isModelMissing)
    add(
      "missing-key",
      ["model"],
      noModel,
      "Give the input set: deploy.model=azureml:clf:1, or write model: azureml:NAME:VERSION.",
    );
  const own = withoutKeys(node, isModelMissing ? [...foreign, "model"] : foreign);
  const checked = checkShape(schema, own);
  const rest = checked.value === undefined ? withoutFaults(schema, own) : undefined;
  const value = checked.value ?? (rest === undefined ? undefined : checkShape(schema, rest).value);
  return { node, problems: [...found, ...checked.problems], ...(value === undefined ? {} : { value }) };
}

function withoutKeys(node: SourceNode, keys: readonly string[]): SourceNode {
  const mapping = valueAt(node);
  if (keys.length === 0 || !isMapping(mapping)) return node;
  const kept = Object.fromEntries(Object.entries(mapping).filter(([key]) => !keys.includes(key)));
  const document: SourceDocument = {
    ...node.document,
    value: kept,
    at: (path, part) => positionOf(node, path, part),
    textAt: (path) => node.document.textAt?.([...node.path, ...path]),
  };
  return { document, path: [] };
}

/** The parts that both types have. */
export type ReadService = {
  /** Absent where something is missing without which there is no service. */
  readonly service?: Omit<Service, "type">;
  readonly problems: readonly Problem[];
};

/** @param label of the type, for messages. */
export function readService(value: DeclaredService, node: SourceNode, label: string): ReadService {
  const { found, add } = problemsAt(node);
  const reader: PartReader = { node, add };
  checkName(value.name, reader);
  checkResources(value, reader);
  checkKeys(value, reader);
  readStrategy(value.strategy, reader, ["replace"], label);
  const settings = readSettings(value, reader, "request");
  const { model, promoteFrom, problems: ofModel } = readModel(value, reader);
  const scoring = readScoring(value, reader, defaultImage);
  const { environment, code, scoringScript } = checkScoring(value, scoring, reader);
  const problems = [...scoring.problems, ...ofModel, ...found];
  if (environment === undefined || code === undefined || scoringScript === undefined) return { problems };
  return {
    problems,
    service: {
      source: node,
      endpointName: value.name,
      name: value.name,
      tags: value.tags ?? {},
      properties: value.properties ?? {},
      ...settings,
      environment,
      code,
      scoringScript,
      ...defined({
        description: value.description,
        model,
        promoteFrom,
        environmentName: environmentName(node),
        environmentVariables: value.environment_variables === undefined ? undefined : scoring.environmentVariables,
        primaryKey: placed(value.primary_key, node, "primary_key"),
        secondaryKey: placed(value.secondary_key, node, "secondary_key"),
        cpuCores: value.cpu_cores,
        memoryGb: value.memory_gb,
        authEnabled: value.auth_enabled,
        enableAppInsights: value.enable_app_insights,
        collectModelData: value.collect_model_data,
      }),
    },
  };
}

/** A model of the workspace: the services know no other. */
function readModel(value: DeclaredService, reader: PartReader): ReturnType<typeof readServedModel> {
  const { add } = reader;
  const served = readServedModel({ model: value.model, promoteFrom: value.promote_from }, reader);
  const { model, promoteFrom } = served;
  const fix =
    "Write model: azureml:NAME:VERSION of the workspace, or promote_from: { workspace: … } to register it here by reference.";
  if (model?.from === "reference" && /^azureml:\/\/registries\//i.test(model.reference))
    add(
      "wrong-reference",
      ["model"],
      "Web services take models of their own workspace only, and this one is in a registry.",
      fix,
    );
  if (promoteFrom?.from === "registry")
    add(
      "wrong-reference",
      ["promote_from"],
      "Web services take models of their own workspace only, and this one would be used from its registry.",
      fix,
    );
  return served;
}

type Checked = {
  readonly environment?: Service["environment"] | undefined;
  readonly code?: Service["code"] | undefined;
  readonly scoringScript?: string | undefined;
};

/** What the services take is a Python script in a folder, and the definition of an environment. */
function checkScoring(value: DeclaredService, scoring: Scoring, { node, add }: PartReader): Checked {
  const { environment, code, scoringScript: script } = scoring;
  if (value.code_configuration?.code === undefined && value.code_configuration?.scoring_script === undefined)
    add(
      "missing-key",
      value.code_configuration === undefined ? [] : ["code_configuration"],
      "There is no script that answers requests.",
      "Add code_configuration: { code: FOLDER, scoring_script: score.py }.",
    );
  if (script !== undefined && !/\.py$/.test(script))
    add(
      "wrong-value",
      ["code_configuration", "scoring_script"],
      `The scoring script ${JSON.stringify(script)} is not a Python file.`,
      "Name a file that ends in .py.",
    );
  if (code?.from === "reference")
    add(
      "wrong-reference",
      ["code_configuration", "code"],
      "Web services take the code of a folder, and this is registered code.",
      "Name the folder of the checkout.",
    );
  if (value.environment === undefined)
    add(
      "missing-key",
      [],
      'The key "environment" is missing.',
      "Add environment: azureml:NAME:VERSION, or image and conda_file.",
    );
  checkEnvironment(environment, node, add);
  return {
    environment,
    code: code?.from === "local" ? code : undefined,
    scoringScript: script?.replaceAll("\\", "/").replace(/^\.\//, ""),
  };
}

function checkEnvironment(environment: Scoring["environment"], node: SourceNode, add: PartReader["add"]): void {
  if (environment?.from === "reference" && /^azureml:(\/\/registries\/|azureml-)/i.test(environment.id))
    add(
      "wrong-reference",
      ["environment"],
      `Web services need the definition of an environment, which cannot be read from ${JSON.stringify(environment.id)}.`,
      "Write azureml:NAME:VERSION of the workspace, or image and conda_file.",
    );
  if (valueAt(node, ["environment", "inference_config"]) !== undefined)
    add(
      "wrong-key",
      ["environment", "inference_config"],
      "Web services answer at /score, whatever inference_config says.",
      "Remove it, or deploy it with type: managed.",
    );
  if (environment?.from !== "inline" || environment.definition.conda === undefined) return;
  const text = JSON.stringify(environment.definition.conda);
  if (/azureml-defaults|azureml-inference-server-http/.test(text)) return;
  add(
    "missing-package",
    ["environment", "conda_file"],
    "The environment has neither azureml-defaults nor azureml-inference-server-http, and one of them serves the script.",
    "Add azureml-defaults to its pip packages, unless the image has it.",
    "warning",
  );
}

function environmentName(node: SourceNode): string | undefined {
  const name = valueAt(node, ["environment", "name"]);
  return typeof name === "string" && name !== "" ? name : undefined;
}

/** A reference with its place. */
export function placed(
  reference: UnplacedSecret | undefined,
  node: SourceNode,
  key: string,
): SecretReference | undefined {
  return reference === undefined ? undefined : { ...reference, where: positionOf(node, [key]) };
}
