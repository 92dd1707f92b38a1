import * as z from "zod";
import type { AssetUse } from "../../asset/asset.ts";
import { defined } from "../../azure/defined.ts";
import { problemsAt } from "../../compute/problems-at.ts";
import type { PartReader } from "../../job/parts/read-part.ts";
import { checkShape, integer, oneOf, shape, tags, text } from "../../yaml/shape.ts";
import type { DeployEntry, DeploymentCompute, ReadDeployment } from "../kind.ts";
import { deployedModelSchema, readServedModel, type DeployedModel, type ServedModel } from "../parts/model.ts";
import { readScoring, scoringKeys, secretsOfVariables, type Scoring } from "../parts/scoring.ts";
import { readSettings, settingKeysWithStrategy } from "../parts/settings.ts";
import { readStrategy } from "../parts/strategy.ts";
import type { DeploymentSecret } from "../resolved.ts";
import type { LocalDeployment } from "./definition.ts";

export const label = "local deployment";

export const schema = shape(() =>
  z
    .strictObject({
      type: oneOf(["local"]),
      name: text().optional().describe("Name of the deployment, of 3 to 32 characters."),
      description: text().optional(),
      tags: tags().optional(),
      properties: tags().optional(),
      model: deployedModelSchema().optional(),
      ...scoringKeys(),
      port: integer().optional().describe("Port of the runner at which it answers; default: a free one."),
      ...settingKeysWithStrategy(),
    })
    .describe("A model that the runner itself serves until the job ends."),
);

type Declared = z.infer<ReturnType<typeof schema>>;

/** Stands for the image of an environment that names none: the runner needs none. */
const noImage = "local";

export function read({ settings, deployment, endpoint }: DeployEntry): ReadDeployment<LocalDeployment> {
  const node = settings ?? deployment ?? endpoint;
  if (node === undefined) return { problems: [] };
  const { value, problems: wrongShape } = checkShape(schema, node);
  if (value === undefined) return { problems: wrongShape };
  const { found, add } = problemsAt(node);
  const reader: PartReader = { node, add };
  checkName(value.name, reader);
  const { port } = value;
  if (port !== undefined && (port < 1 || port > 65_535))
    add("out-of-range", ["port"], `port is ${port}.`, "Use a port from 1 to 65535.");
  readStrategy(value.strategy, reader, ["replace"], label);
  const { problems: ofScoring, ...scoring } = readScoring(value, reader, noImage);
  const served = withoutImage(scoring);
  const { model, problems: ofModel }: ServedModel = readServedModel({ model: value.model }, reader);
  checkScoring(value, served, reader);
  checkModel(value, model, reader);
  return {
    deployment: {
      type: "local",
      source: node,
      name: value.name ?? "",
      endpointName: value.name ?? "",
      ...readSettings(value, reader, "request"),
      ...served,
      ...defined({ model, port }),
    },
    // A secret among its variables is sent to nobody.
    problems: [...found.filter(({ code }) => code !== "visible-secret"), ...ofScoring, ...ofModel],
  };
}

function checkName(name: string | undefined, { add }: PartReader): void {
  if (name === undefined) add("missing-key", [], 'The key "name" is missing.', "Add name.");
  else if (name.length < 3 || name.length > 32 || !/^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name))
    add(
      "illegal-name",
      ["name"],
      `${JSON.stringify(name)} is not a valid name for a deployment.`,
      "Use 3 to 32 characters: lower-case letters, digits and dashes, the first a letter, the last a letter or digit.",
    );
}

function withoutImage(scoring: Scoring): Scoring {
  const { environment } = scoring;
  if (environment?.from !== "inline" || environment.definition.image !== noImage) return scoring;
  const { image: _, ...definition } = environment.definition;
  return { ...scoring, environment: { from: "inline", definition } };
}

/** Code and environment that only Azure has are not fetched. */
function checkScoring(declared: Declared, { code, environment }: Scoring, { add }: PartReader): void {
  if (code?.from === "reference")
    add(
      "not-on-runner",
      ["code_configuration", "code"],
      `The code is ${code.id}; the runner serves code of the checkout.`,
      "Name its folder.",
    );
  if (environment?.from === "reference")
    add(
      "not-on-runner",
      ["environment"],
      `The environment ${environment.id} is defined only in Azure.`,
      "Write the environment itself: conda_file, and image where a container is wanted.",
    );
  const bringsServer = environment?.from === "inline" && environment.definition.inferenceConfig !== undefined;
  if (declared.code_configuration === undefined && !bringsServer)
    add(
      "missing-key",
      [],
      "Nothing says how the model is served: there is no code_configuration, and no environment with an inference_config.",
      "Add code_configuration: { code: FOLDER, scoring_script: score.py }.",
    );
}

/** A model is on this machine, or one of the workspace: in a registry or at any other address it is not fetched. */
function checkModel(declared: Declared, model: DeployedModel | undefined, { add }: PartReader): void {
  const fix = "Name a file or folder, azureml:NAME:VERSION, azureml://jobs/… or azureml://datastores/….";
  if (declared.promote_from !== undefined)
    add("not-on-runner", ["promote_from"], "The runner promotes nothing: it serves what model names.", fix);
  if (model?.from === "reference" && /^azureml:\/\/registries\//i.test(model.reference))
    add("not-on-runner", ["model"], "The runner does not fetch models of registries.", fix);
  if (model?.from !== "declared" || model.file.location.from !== "address") return;
  const { address } = model.file.location;
  if (!/^(?:azureml:\/\/|runs:\/)/i.test(address))
    add("not-on-runner", ["model", "path"], `The runner does not fetch a model from ${address}.`, fix);
}

/** None of it is brought into the workspace. */
export function assetsOf(): readonly AssetUse[] {
  return [];
}

/** Only one of the workspace is looked for there: nothing is registered. */
export function modelOf({ model }: LocalDeployment): DeployedModel | undefined {
  return model?.from === "reference" ? model : undefined;
}

export function computesOf(): readonly DeploymentCompute[] {
  return [];
}

export function secretsOf({ environmentVariables, source }: LocalDeployment): readonly DeploymentSecret[] {
  return secretsOfVariables(environmentVariables, source);
}
