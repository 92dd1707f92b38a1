import { expect } from "@jest/globals";
import type { Emulator } from "../../emulator/emulator.ts";
import { workspacePath } from "../../emulator/settings.ts";
import { ask, followed, type Answered } from "./ask-emulator.ts";

export type Json = Readonly<Record<string, unknown>>;

export const version = "?api-version=2023-04-01-preview";
export const endpoints = `${workspacePath}/onlineEndpoints`;
export const at = (endpoint: string) => `${endpoints}/${endpoint}${version}`;
export const below = (endpoint: string, deployment: string, action = "") =>
  `${endpoints}/${endpoint}/deployments/${deployment}${action}${version}`;

export const endpointBody = (properties: Json = {}) => ({
  location: "eastus",
  identity: { type: "SystemAssigned" },
  tags: { a: "b" },
  properties: { authMode: "Key", ...properties },
});

export const deploymentBody = (properties: Json = {}, sku: Json = { name: "Default", capacity: 1 }) => ({
  location: "eastus",
  sku,
  tags: {},
  properties: {
    endpointComputeType: "Managed",
    model: `${workspacePath}/models/clf/versions/1`,
    environmentId: `${workspacePath}/environments/infer/versions/1`,
    codeConfiguration: { codeId: `${workspacePath}/codes/score/versions/1`, scoringScript: "score.py" },
    instanceType: "Standard_DS3_v2",
    ...properties,
  },
});

/** What deployments refer to. */
export async function assets(emulator: Emulator): Promise<void> {
  emulator.putAsset("models", "clf", "1");
  emulator.putAsset("environments", "infer", "1", { image: "images.example.com/infer:1" });
  const { status } = await ask(emulator, "PUT", `${workspacePath}/codes/score/versions/1${version}`, {
    body: { properties: { codeUri: "https://stmlwmain.blob.core.windows.net/code/src" } },
  });
  expect(status).toBeLessThan(300);
}

export async function made(emulator: Emulator, endpoint = "ep-one", properties: Json = {}): Promise<void> {
  await assets(emulator);
  await followed(emulator, await ask(emulator, "PUT", at(endpoint), { body: endpointBody(properties) }));
}

export async function deployed(emulator: Emulator, names: readonly string[], endpoint = "ep-one"): Promise<void> {
  for (const name of names)
    await followed(emulator, await ask(emulator, "PUT", below(endpoint, name), { body: deploymentBody() }));
}

export async function share(emulator: Emulator, traffic: Json, mirrorTraffic: Json = {}): Promise<Answered> {
  const answer = await ask(emulator, "PUT", at("ep-one"), { body: endpointBody({ traffic, mirrorTraffic }) });
  if (answer.status < 300) await followed(emulator, answer);
  return answer;
}

/** The sentence of the service within the JSON within the message. */
export function reason({ body }: Answered): string {
  const { error } = body as { error: { message: string; details?: readonly { message: string }[] } };
  const inner = error.details?.[0]?.message;
  if (inner === undefined) return error.message;
  return Object.values((JSON.parse(inner) as { errors: Readonly<Record<string, readonly string[]>> }).errors).join(" ");
}

export const properties = ({ body }: Answered) => (body as { readonly properties: Json }).properties;
