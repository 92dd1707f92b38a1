import { spawnSync } from "node:child_process";
import { mkdtempSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seeded, workspacePath } from "../../emulator/settings.ts";
import { createArm, type Arm } from "../../src/azure/arm.ts";
import { succeeded } from "../../src/azure/outcome.ts";
import { createV1Artifacts } from "../../src/azure/v1-artifacts.ts";
import { createV1Services, type V1Services } from "../../src/azure/v1-services.ts";
import type { Workspace } from "../../src/azure/workspace.ts";
import { fastClock } from "../faults/fast-clock.ts";
import type { Stand } from "../faults/stand.ts";
import { computeDocument } from "../faults/stand.ts";
import { storageOf } from "./storage.ts";
import { checkoutOf } from "./step.ts";

/** The client of ARM and the data plane behind a stand: real requests. */
async function armOf(stand: Stand, signal = new AbortController().signal, clock = fastClock()): Promise<Arm> {
  const { origin } = stand.endpoint;
  return createArm({
    cloud: { name: "emulator", resourceManager: origin, armScope: `${origin}/.default` } as never,
    subscriptionId: seeded.subscriptionId,
    newCredential: async () => ({
      getToken: async () => ({ token: stand.emulator.accessToken(), expiresOnTimestamp: Date.now() + 3_600_000 }),
    }),
    clock,
    random: () => 0.5,
    signal,
  });
}

/** The client of web services behind a stand, and everything that it has masked. */
export async function servicesOf(
  stand: Stand,
  signal = new AbortController().signal,
): Promise<{ readonly services: V1Services; readonly masked: readonly string[] }> {
  const masked: string[] = [];
  const clock = fastClock();
  const arm = await armOf(stand, signal, clock);
  const services = createV1Services(
    arm,
    { id: workspacePath },
    {
      dataPlane: async () => succeeded(stand.endpoint.origin),
      clock,
      signal,
      mask: (secret) => void masked.push(secret),
    },
  );
  return { services, masked };
}

/** The driver of the official client, in fewer words. */
const driver = (folder: string, script: string) => `import importlib.util, inspect, os, sys
here = os.path.dirname(os.path.realpath(__file__))
sys.path.append(os.path.join(here, ${JSON.stringify(folder)}))
spec = importlib.util.spec_from_file_location("service_driver", os.path.join(here, ${JSON.stringify(`${folder}/${script}`)}))
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)

def init():
    module.init()

def run(http_body, request_headers):
    return module.run(http_body)
`;

/** Uploads a scoring script, as the action would. @returns what a request says of it. */
export async function uploadScript(stand: Stand, script: string, masked: string[] = []) {
  const { blobs } = storageOf(stand);
  const artifacts = createV1Artifacts(await armOf(stand), { id: workspacePath } as Workspace, {
    blobs,
    dataPlane: async () => succeeded(stand.endpoint.origin),
    mask: (secret) => void masked.push(secret),
  });
  const checkout = checkoutOf({ "src/score.py": script });
  const folder = mkdtempSync(join(tmpdir(), "scoring-"));
  const fileOf = (name: string) => ({ name, path: join(folder, name), bytes: statSync(join(folder, name)).size });
  writeFileSync(join(folder, "driver.py"), driver("src", "score.py"));
  spawnSync("tar", ["-czf", join(folder, "code.tar.gz"), "-C", checkout, "src"]);
  const places = [crypto.randomUUID().slice(0, 8), crypto.randomUUID().slice(0, 8)] as const;
  const uploaded = await artifacts.uploadCode(
    { place: places[0], file: fileOf("driver.py") },
    { place: places[1], file: fileOf("code.tar.gz") },
  );
  if (!uploaded.ok) throw new Error(uploaded.failure.error.message);
  return { ...uploaded.value, places };
}

type Code = Pick<Awaited<ReturnType<typeof uploadScript>>, "driverProgram" | "assets">;

/** Code that nobody uploaded: enough for what is never started. */
export const noCode: Code = {
  driverProgram: "driver.py",
  assets: [{ id: "driver.py", url: "aml://artifact/LocalUpload/none/driver.py", mimeType: "application/x-python" }],
};

const requestOf = ({ driverProgram, assets }: Code, modelIds: readonly string[]) => ({
  environmentImageRequest: {
    driverProgram,
    assets,
    modelIds,
    environment: {
      name: "infer",
      version: null,
      environmentVariables: { EXAMPLE: "value" },
      // The server alone, as an image for inference has it.
      python: { userManagedDependencies: true },
      docker: { baseImage: "mcr.microsoft.com/azureml/minimal-ubuntu22.04-py39-cpu-inference" },
    },
  },
});

/** What a request for a service on ACI asks for. */
export function aciBody(name: string, code: Code = noCode, more: object = {}, modelIds: readonly string[] = []) {
  return {
    name,
    computeType: "ACI",
    containerResourceRequirements: { cpu: 1, memoryInGB: 1 },
    authEnabled: true,
    kvTags: { a: "b" },
    properties: { digest: "1" },
    keys: { primaryKey: null, secondaryKey: null },
    location: null,
    ...requestOf(code, modelIds),
    ...more,
  };
}

/** What a request for a service on the cluster {@link aksTarget} asks for. */
export function aksBody(name: string, code: Code = noCode, more: object = {}, modelIds: readonly string[] = []) {
  return {
    name,
    computeType: "AKS",
    computeName: "scoring",
    authEnabled: true,
    properties: {},
    keys: { primaryKey: null, secondaryKey: null },
    ...requestOf(code, modelIds),
    ...more,
  };
}

/** An attached AKS cluster. */
export const aksTarget = computeDocument("scoring", {
  computeType: "AKS",
  resourceId: `/subscriptions/${seeded.subscriptionId}/resourceGroups/rg-data/providers/Microsoft.ContainerService/managedClusters/aks1`,
  isAttachedCompute: true,
  properties: { systemServices: [{ systemServiceType: "ScoringFrontEnd", publicIpAddress: "20.0.0.9" }] },
});

/** A request to a scoring URI. */
export async function score(uri: string | undefined, key?: string, body: unknown = { data: [[1, 2]] }) {
  const answer = await fetch(uri ?? "", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, text };
}
