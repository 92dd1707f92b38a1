import * as z from "zod";
import { identityProblems, toIdentity } from "../../compute/managed/identity.ts";
import { problemsAt } from "../../compute/problems-at.ts";
import { defined } from "../../azure/defined.ts";
import { computeSchema, readCompute } from "../../job/parts/compute.ts";
import type { PartReader } from "../../job/parts/read-part.ts";
import type { Problem } from "../../yaml/problem.ts";
import { checkShape, integer, oneOf, readOnly, shape, text } from "../../yaml/shape.ts";
import type { SourceNode } from "../../yaml/source.ts";
import { checkName } from "../parts/name.ts";
import { anyValues, shownText, wordOf } from "../parts/words.ts";
import type { OnlineEndpoint } from "./definition.ts";

/** az ml's words for how callers show who they are, and ARM's. */
const authModes = { key: "Key", aml_token: "AMLToken", aad_token: "AADToken" } as const;

const percentages = () => z.record(z.string(), integer());

const identitySchema = () =>
  z.strictObject({
    type: wordOf(["system_assigned", "user_assigned", "none"]),
    user_assigned_identities: z
      .array(
        z.strictObject({
          resource_id: text(),
          client_id: readOnly(),
          object_id: readOnly(),
          principal_id: readOnly(),
        }),
      )
      .max(1, { error: "An endpoint has one user-assigned identity at most. Keep one of them." })
      .optional(),
    principal_id: readOnly(),
    tenant_id: readOnly(),
  });

const keys = () => ({
  $schema: text().optional(),
  name: text().describe("Unique in the region; 3 to 32 characters."),
  description: text().optional(),
  tags: anyValues().optional(),
  properties: anyValues().optional(),
  auth_mode: wordOf(["key", "aml_token", "aad_token"]).optional().describe("Default key."),
  identity: identitySchema().optional().describe("Default system_assigned."),
  traffic: percentages().optional().describe("Percentages by the names of deployments; they add up to 100."),
  mirror_traffic: percentages().optional().describe("Percentage of live requests that one deployment gets a copy of."),
  location: shownText(),
  id: shownText(),
  kind: readOnly(),
  provisioning_state: shownText(),
  scoring_uri: shownText(),
  openapi_uri: shownText(),
});

export const managedEndpointSchema = shape(() =>
  z
    .strictObject({ ...keys(), public_network_access: oneOf(["enabled", "disabled"]).optional() })
    .describe("An az ml managed online endpoint."),
);

export const kubernetesEndpointSchema = shape(() =>
  z
    .strictObject({ ...keys(), compute: computeSchema().describe("azureml:NAME of an attached Kubernetes cluster.") })
    .describe("An az ml Kubernetes online endpoint."),
);

type Declared = z.infer<ReturnType<typeof managedEndpointSchema>> & { readonly compute?: string | undefined };

/** An az ml online endpoint: the endpoint, or every problem at its place. */
export function readOnlineEndpoint(
  node: SourceNode,
  type: "managed" | "kubernetes",
): { readonly endpoint?: OnlineEndpoint; readonly problems: readonly Problem[] } {
  const schema: () => z.ZodType<Declared> = type === "managed" ? managedEndpointSchema : kubernetesEndpointSchema;
  const { value, problems: wrongShape } = checkShape(schema, node);
  if (value === undefined) return { problems: wrongShape };
  const { found, add } = problemsAt(node);
  const reader = { node, add };
  checkName(value.name, ["name"], "an endpoint", reader);
  checkTraffic(value, type, reader);
  if (value.compute !== undefined && !value.compute.startsWith("azureml:"))
    add(
      "wrong-reference",
      ["compute"],
      `${JSON.stringify(value.compute)} is not a reference to a compute.`,
      `Write compute: azureml:${value.compute}.`,
    );
  if (type === "kubernetes" && value.compute === undefined)
    add(
      "missing-key",
      [],
      'The key "compute" is missing.',
      "Add compute: azureml:NAME of an attached Kubernetes cluster.",
    );
  const { identity, compute, public_network_access: access } = value;
  const endpoint: OnlineEndpoint = {
    source: node,
    // As the official client does: names of endpoints know no case.
    name: value.name.toLowerCase(),
    authMode: authModes[value.auth_mode ?? "key"],
    tags: value.tags ?? {},
    properties: value.properties ?? {},
    ...defined({
      description: value.description,
      identity: identity && toIdentity(identity),
      publicNetworkAccess: access,
      compute: compute === undefined ? undefined : readCompute(compute),
      traffic: value.traffic && withoutZeros(value.traffic),
      mirrorTraffic: value.mirror_traffic && withoutZeros(value.mirror_traffic),
    }),
  };
  return { endpoint, problems: [...found, ...identityProblems(identity, node)] };
}

/** Names of deployments know no case, and who has nothing is not named: as the official client sends them. */
export function withoutZeros(traffic: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(traffic).flatMap(([name, share]) => (share === 0 ? [] : [[name.toLowerCase(), share]])),
  );
}

function checkTraffic(
  { traffic = {}, mirror_traffic: mirror = {} }: Pick<Declared, "traffic" | "mirror_traffic">,
  type: "managed" | "kubernetes",
  { add }: PartReader,
): void {
  for (const [key, shares, most] of [
    ["traffic", traffic, 100],
    ["mirror_traffic", mirror, 50],
  ] as const)
    for (const [name, share] of Object.entries(shares))
      if (share < 0 || share > most)
        add(
          "wrong-traffic",
          [key, name],
          `The share of ${JSON.stringify(name)} is ${share} %.`,
          `Use a percentage from 0 to ${most}.`,
        );
  const shares = Object.values(traffic);
  const sum = shares.reduce((total, share) => total + share, 0);
  const areShares = shares.every((share) => share >= 0 && share <= 100);
  if (areShares && sum !== 0 && sum !== 100)
    add(
      "wrong-traffic",
      ["traffic"],
      `The percentages add up to ${sum}.`,
      "Let them add up to 100; a deployment that gets nothing may be left out.",
    );
  const mirrored = Object.entries(mirror).filter(([, share]) => share !== 0);
  if (mirrored.length > 0 && type === "kubernetes")
    add(
      "wrong-traffic",
      ["mirror_traffic"],
      "Kubernetes online endpoints do not mirror traffic.",
      "Remove mirror_traffic.",
    );
  if (mirrored.length > 1)
    add("wrong-traffic", ["mirror_traffic"], `${mirrored.length} deployments are to get a copy.`, "Name one of them.");
}
