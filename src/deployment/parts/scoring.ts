import * as z from "zod";
import type { AssetUse } from "../../asset/asset.ts";
import { defined } from "../../azure/defined.ts";
import { assetsOfCode, codeSchema, readCode, type JobCode } from "../../job/parts/code.ts";
import {
  assetOfEnvironment,
  jobEnvironmentSchema,
  readEnvironment,
  type JobEnvironment,
} from "../../job/parts/environment.ts";
import type { PartReader } from "../../job/parts/read-part.ts";
import { isSecret, readVariables, variablesSchema, type Variables } from "../../job/parts/variables.ts";
import { readerWithin } from "../../job/parts/within.ts";
import { namedPath } from "../../yaml/named-path.ts";
import type { Problem } from "../../yaml/problem.ts";
import { text } from "../../yaml/shape.ts";
import type { DeploymentSecret } from "../resolved.ts";

/** What runs when a deployment is asked: a script in an environment; a container or an MLflow model may bring its own. */
export type Scoring = {
  readonly environment?: JobEnvironment;
  readonly code?: JobCode;
  readonly scoringScript?: string;
  readonly environmentVariables: Variables;
};

/** The keys of everything that serves a model, except the model itself. */
export const scoringKeys = () => ({
  code_configuration: z
    .strictObject({
      code: codeSchema(),
      scoring_script: text().optional().describe("Path of the script inside the code folder."),
    })
    .optional()
    .describe("The script that answers requests."),
  environment: jobEnvironmentSchema()
    .optional()
    .describe("azureml:NAME:VERSION, azureml:NAME@latest, azureml://registries/…, or the environment itself."),
  environment_variables: variablesSchema().optional(),
});

type Declared = z.infer<z.ZodObject<ReturnType<typeof scoringKeys>>>;

/**
 * @param reader of the mapping that has the keys.
 * @param ownImage the image of environments that name none, for what needs no image.
 */
export function readScoring(
  declared: Declared,
  reader: PartReader,
  ownImage?: string,
): Scoring & { readonly problems: readonly Problem[] } {
  const { environment, problems } =
    declared.environment === undefined
      ? { environment: undefined, problems: [] }
      : readEnvironment({ environment: declared.environment }, reader, ownImage);
  return {
    ...readCodeConfiguration(declared.code_configuration, reader),
    ...defined({ environment }),
    environmentVariables: readVariables(declared.environment_variables ?? {}, reader, "deployment"),
    // A name is no mistake here: az ml registers the environment of a deployment under it.
    problems: problems.filter(({ code }) => code !== "unused-name"),
  };
}

function readCodeConfiguration(
  declared: Declared["code_configuration"],
  reader: PartReader,
): Pick<Scoring, "code" | "scoringScript"> {
  if (declared === undefined) return {};
  const { code: path, scoring_script: script } = declared;
  const inside = readerWithin(reader, ["code_configuration"]);
  const code = path === undefined ? undefined : readCode(path, inside);
  if (path !== undefined && (script ?? "") === "") {
    inside.add(
      "missing-key",
      [],
      "There is code, but no scoring_script.",
      "Add scoring_script: the script's path in the code folder.",
    );
    return defined({ code });
  }
  if (path === undefined)
    inside.add(
      "missing-key",
      [],
      script === undefined ? "There is no code." : "There is a scoring_script, but no code.",
      "Add code: the folder that the script is in.",
    );
  if (code?.from === "local" && script !== undefined) checkScript(script, code, inside);
  return defined({ code, scoringScript: script });
}

/** A script of the runner's checkout has to be there. In registered code only the service can look. */
function checkScript(script: string, code: JobCode & { readonly from: "local" }, { add }: PartReader): void {
  const { is } = namedPath(script, { folder: code.folder, root: code.folder });
  if (is === "file") return;
  const what = `The scoring script ${JSON.stringify(script)}`;
  const fix = "Fix the path; it is relative to the code folder.";
  if (is === "outside")
    add("outside", ["scoring_script"], `${what} is outside the code folder ${JSON.stringify(code.path)}.`, fix);
  else if (is === "folder") add("not-a-file", ["scoring_script"], `${what} is a folder.`, "Name the script itself.");
  else
    add(
      "missing-file",
      ["scoring_script"],
      `The code folder ${JSON.stringify(code.path)} has no ${JSON.stringify(script)}.`,
      fix,
    );
}

/** The variables that are numbers and booleans: az ml sends those of a deployment as they are, and not as text. */
export function literalVariables(
  declared: Declared["environment_variables"],
): Readonly<Record<string, number | boolean>> {
  return Object.fromEntries(
    Object.entries(declared ?? {}).flatMap(([name, value]) =>
      typeof value === "number" || typeof value === "boolean" ? [[name, value]] : [],
    ),
  );
}

/** Code and environment, by the places `code` and `environment`. */
export function assetsOfScoring({ code, environment }: Pick<Scoring, "code" | "environment">): readonly AssetUse[] {
  return [...assetsOfCode(code), ...(environment === undefined ? [] : [assetOfEnvironment(environment)])];
}

/** The variables that refer to secrets. @param reader's node of the mapping that has `environment_variables`. */
export function secretsOfVariables(variables: Variables, node: PartReader["node"]): readonly DeploymentSecret[] {
  return Object.entries(variables).flatMap(([name, value]) =>
    isSecret(value) ? [{ name, reference: value, where: { node, path: ["environment_variables", name] } }] : [],
  );
}
