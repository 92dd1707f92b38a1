import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import type { ComputeDocument } from "../../emulator/arm/computes/document.ts";
import { aksDocument } from "../../emulator/resources/clusters.ts";
import type { Emulator } from "../../emulator/emulator.ts";
import type { Endpoint } from "../../emulator/server/server.ts";
import type { InterceptedRequest, Interceptor } from "../../emulator/server/interceptor.ts";
import { machineId } from "../../emulator/resources/machines.ts";
import { environmentBehind } from "../../emulator/server/environment.ts";
import { startProxy } from "../../emulator/server/proxy.ts";
import { createJournal } from "../../emulator/journal.ts";
import { workspacePath } from "../../emulator/settings.ts";
import { exampleSecrets } from "../support/example-secrets.ts";
import { startEmulator } from "../support/per-worker.ts";

/** A workspace of its own for one case at a time: an emulator, and an endpoint that shows what goes through it. */
export type Stand = AsyncDisposable & {
  readonly emulator: Emulator;
  readonly endpoint: Endpoint;
  /** Of a client that signs in by OIDC, with the secrets of the examples. */
  readonly environment: Readonly<Record<string, string>>;
  /** Requests through the endpoint since the last `restore`. */
  readonly requests: () => readonly Pick<InterceptedRequest, "method" | "path">[];
  /** Secrets that went where they do not belong since the last `restore`. */
  readonly leaks: () => readonly string[];
  /** Has the emulator's own answers altered until the next `restore`. */
  readonly alter: (change: NonNullable<Interceptor["onReply"]>) => void;
  /** Puts the workspace into a state: these computes, a bystander of each origin that nobody declares, no leases, no faults. */
  readonly restore: (computes: readonly ComputeDocument[]) => Promise<void>;
};

export const leasePrefix = "azureml-targets/";

/** How stands differ. */
export type StandOptions = {
  /** Seconds that an operation on a compute takes; 0: it has ended whenever somebody asks. */
  readonly seconds?: number;
  /** Clients come in by a proxy, and know the real names of Azure's and GitHub's hosts. One stand of a process can be so. */
  readonly proxied?: boolean;
  /** Deployments are served by Azure ML's own server; else scorers answer, which need no Python. */
  readonly serves?: boolean;
};

/** @param certificatesFolder the same for all stands of a process, which trusts one authority of that name. */
async function openStand(
  certificatesFolder: string,
  { seconds = 0.02, proxied = false, serves = false }: StandOptions,
): Promise<Stand> {
  // Azure's libraries read this once, and the proxy for each client. What is on this machine is the emulator's own.
  if (proxied) process.env["NO_PROXY"] = "127.0.0.1";
  const stateFolder = mkdtempSync(join(tmpdir(), "faults-"));
  const emulator = await startEmulator({
    stateFolder,
    certificatesFolder,
    durations: { default: seconds },
    ...(serves ? {} : { serving: "light" }),
  });
  let requests: Pick<InterceptedRequest, "method" | "path">[] = [];
  let leaks: string[] = [];
  let change: NonNullable<Interceptor["onReply"]> = (_, reply) => reply;
  const secrets = Object.entries(exampleSecrets);
  const endpoint = await emulator.openEndpoint({
    onRequest: async ({ method, path, text }) => {
      requests.push({ method, path });
      const taken = /\/computes\/[^/]+$/i.test(path) && (method === "PUT" || method === "PATCH");
      for (const [name, value] of secrets)
        if (decodeURIComponent(path).includes(value) || (!taken && text.includes(value)))
          leaks.push(`${name} in ${method} ${path}`);
      return "continue";
    },
    onReply: (request, reply) => change(request, reply),
  });
  // The storage is started by the first need of it.
  await emulator.blobs(leasePrefix);
  const proxy = proxied
    ? await startProxy(endpoint.accept, createJournal(join(stateFolder, "tunnels.jsonl")), endpoint.acceptPlain)
    : undefined;
  if (proxy !== undefined) process.env["HTTPS_PROXY"] = process.env["HTTP_PROXY"] = proxy.url;
  const close = async () => {
    await proxy?.stop();
    await emulator.stop();
    rmSync(stateFolder, { recursive: true, force: true });
  };
  const way = proxy === undefined ? endpoint.environment : environmentBehind(proxy.url, emulator.caFile);
  const { AZURE_CLIENT_SECRET: _, ...environment } = way;
  return {
    emulator,
    endpoint,
    environment: { ...environment, ...exampleSecrets },
    requests: () => requests,
    leaks: () => leaks,
    alter: (by) => {
      change = by;
    },
    restore: async (computes) => {
      emulator.faults.clear();
      endpoint.faults.clear();
      // What runs would go on under a name that the next case uses.
      await emulator.stopJobs();
      emulator.empty();
      emulator.treatJobs({ do: "run" });
      emulator.grantEverything();
      for (const compute of [...computes, ...bystanders]) emulator.putCompute(compute);
      // A cluster that the service made for a compute stands beside it.
      for (const { properties } of computes) {
        const { computeType, resourceId } = properties;
        if (String(computeType) === "AKS" && typeof resourceId === "string" && !/rg-data/i.test(resourceId))
          emulator.putResource(aksDocument(resourceId, { count: 3, vmSize: "Standard_D3_v2" }));
      }
      // Asking the storage takes longer than all the rest.
      if (emulator.journal().some(({ path }) => path.includes(leasePrefix))) await emulator.removeBlobs(leasePrefix);
      emulator.clearJournal();
      change = (_, reply) => reply;
      requests = [];
      leaks = [];
    },
    [Symbol.asyncDispose]: close,
  };
}

/** Opens stands that this process trusts, as `NODE_EXTRA_CA_CERTS` would have it do. */
export async function openStands(count: number, options: StandOptions = {}): Promise<readonly Stand[]> {
  // One authority for a process: two of one name would be taken for each other.
  const certificatesFolder = join(tmpdir(), `faults-certificates-${process.pid}`);
  const first = await openStand(certificatesFolder, options);
  setDefaultCACertificates([...getCACertificates("default"), readFileSync(first.emulator.caFile, "utf8")]);
  const stands = [first];
  // One after the other: each starts a storage of its own.
  while (stands.length < count) stands.push(await openStand(certificatesFolder, options));
  return stands;
}

/** Somebody else's, to be left alone. */
export const bystanders: readonly ComputeDocument[] = [
  computeDocument("bystander-vm", {
    computeType: "VirtualMachine",
    resourceId: machineId("vm3"),
    isAttachedCompute: true,
    properties: { sshPort: 22, administratorAccount: { username: "somebody" }, address: "20.0.0.5" },
  }),
  computeDocument("bystander-cluster", {
    computeType: "AmlCompute",
    resourceId: null,
    isAttachedCompute: false,
    properties: { vmSize: "Standard_DS3_v2", scaleSettings: { minNodeCount: 0, maxNodeCount: 1 } },
  }),
];

/** What the flows that train declare, as it stands afterwards. */
export const cpuCluster = computeDocument("cpu-cluster", {
  computeType: "AmlCompute",
  resourceId: null,
  isAttachedCompute: false,
  properties: {
    vmSize: "Standard_DS3_v2",
    vmPriority: "Dedicated",
    scaleSettings: { minNodeCount: 0, maxNodeCount: 2 },
  },
});

export function computeDocument(name: string, properties: Readonly<Record<string, unknown>>): ComputeDocument {
  return {
    id: `${workspacePath}/computes/${name}`,
    name,
    location: "eastus",
    tags: null,
    properties: {
      createdOn: "2026-01-01T00:00:00.000+00:00",
      modifiedOn: "2026-01-01T00:00:00.000+00:00",
      disableLocalAuth: false,
      description: null,
      provisioningState: "Succeeded",
      provisioningErrors: null,
      ...properties,
    },
  };
}
