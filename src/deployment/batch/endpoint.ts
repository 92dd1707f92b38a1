import * as z from "zod";
import { problemsAt } from "../../compute/problems-at.ts";
import { defined } from "../../azure/defined.ts";
import type { Problem } from "../../yaml/problem.ts";
import { checkShape, shape, text } from "../../yaml/shape.ts";
import type { SourceNode } from "../../yaml/source.ts";
import { checkName } from "../parts/name.ts";
import { anyValues, shownText, wordOf } from "../parts/words.ts";
import type { BatchEndpoint } from "./definition.ts";

/** az ml's words, and what its client makes of them. */
const authModes = { aad_token: "aadToken", key: "key", aml_token: "amlToken" } as const;

export const batchEndpointSchema = shape(() =>
  z
    .strictObject({
      $schema: text().optional(),
      name: text().describe("Unique in the region; 3 to 32 characters."),
      description: text().optional(),
      tags: anyValues().optional(),
      properties: anyValues().optional(),
      auth_mode: wordOf(["aad_token", "key", "aml_token"])
        .optional()
        .describe("Batch endpoints accept only aad_token."),
      defaults: z
        .strictObject({ deployment_name: text().optional() })
        .optional()
        .describe("The deployment that is invoked where a caller names none."),
      location: shownText(),
      id: shownText(),
      provisioning_state: shownText(),
      scoring_uri: shownText(),
      openapi_uri: shownText(),
    })
    .describe("An az ml batch endpoint."),
);

/** An az ml batch endpoint: the endpoint, or every problem at its place. */
export function readBatchEndpoint(node: SourceNode): {
  readonly endpoint?: BatchEndpoint;
  readonly problems: readonly Problem[];
} {
  const { value, problems: wrongShape } = checkShape(batchEndpointSchema, node);
  if (value === undefined) return { problems: wrongShape };
  const { found, add } = problemsAt(node);
  checkName(value.name, ["name"], "an endpoint", { node, add });
  const mode = value.auth_mode ?? "aad_token";
  if (mode !== "aad_token")
    add(
      "wrong-value",
      ["auth_mode"],
      `Batch endpoints authenticate callers by identity only, not by ${mode}.`,
      "Write auth_mode: aad_token, or leave it out.",
      "warning",
    );
  const { defaults, description } = value;
  return {
    endpoint: {
      source: node,
      name: value.name.toLowerCase(),
      authMode: authModes[mode],
      tags: value.tags ?? {},
      properties: value.properties ?? {},
      ...defined({ description, defaultDeployment: defaults?.deployment_name }),
    },
    problems: found,
  };
}
