import { beforeAll, describe, expect, it } from "@jest/globals";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Azure } from "../../src/azure/azure.ts";
import { kindOf, kinds, toRequest, type ComputeTarget, type Kind } from "../../src/compute/target.ts";
import type { KindFacts } from "../../src/compute/kind.ts";
import { readDeclaration } from "../../src/declaration/read-declaration.ts";
import { callLine } from "../support/call-line.ts";
import { connectTo } from "../support/connect.ts";
import { exampleSecrets } from "../support/example-secrets.ts";
import { checkoutOf, writesIn } from "../support/step.ts";
import { useEmulator } from "../support/use-emulator.ts";
import { decidesOtherwise, readCases, type WireRequest } from "../wire/compare.ts";

const emulator = useEmulator({ durations: { default: 0 } });
let azure: Azure;
beforeAll(async () => {
  ({ azure } = await connectTo(emulator));
});

/** Secrets stay away: neither init nor plan may need one. */
const environment = () =>
  Object.fromEntries(
    Object.entries(emulator.environment("cloud")).filter(([name]) => !Object.hasOwn(exampleSecrets, name)),
  );
const call = (checkout: string, ...args: readonly string[]) => callLine(checkout, args, environment());

async function put(name: string, body: unknown, version?: string): Promise<void> {
  const accepted = await azure.computes.put(name, body, version === undefined ? {} : { version });
  expect(accepted.ok ? undefined : accepted.failure).toBeUndefined();
  for (;;) {
    const live = await azure.computes.get(name);
    if (live.ok && live.value?.provisioningState === "Succeeded") return;
    if (live.ok && live.value?.provisioningState === "Failed") throw new Error(`${name} has failed.`);
  }
}

/** Writes the declaration of the workspace, and asks for what it would change. */
async function roundTrip(checkout = checkoutOf({})) {
  emulator.clearJournal();
  const init = await call(checkout, "init", "--from-workspace");
  expect(init).toMatchObject({ exitCode: 0, err: "" });
  const text = readFileSync(join(checkout, "azureml.yml"), "utf8");
  const validated = await call(checkout, "validate");
  expect({ exitCode: validated.exitCode, out: validated.out }).toMatchObject({ exitCode: 0 });
  const planned = await call(checkout, "plan", "--expect-no-changes");
  expect(writesIn(emulator.journal())).toEqual([]);
  return { text, said: init.out, planned };
}

const workspaceSubscription = "33333333-3333-4333-8333-333333333333";

const examples = join(import.meta.dirname, "../../examples/targets");

async function targetsIn(folder: string, file: string): Promise<readonly ComputeTarget[]> {
  const { subscriptionId, resourceGroup } = azure.workspace;
  const inputs = { config: [file], set: [], only: [], workingDirectory: folder, checkout: folder };
  return (await readDeclaration({ ...inputs, subscriptionId, resourceGroup })).targets;
}

/** The bodies that declared targets lead to, by name: without secrets, and without what is the default anyway. */
async function bodiesIn(folder: string, file: string): Promise<Readonly<Record<string, unknown>>> {
  const bodies: Record<string, unknown> = {};
  for (const target of await targetsIn(folder, file)) {
    const text = JSON.stringify(await toRequest(target, azure.workspace, async () => "***"), (key, value: unknown) =>
      value === "***" || (key === "clusterPurpose" && value === "FastProd") ? undefined : value,
    );
    bodies[target.name] = JSON.parse(text) as unknown;
  }
  return bodies;
}

/** @param prefix of the names: examples of two kinds have the same one. */
async function putExample(file: string, prefix = ""): Promise<readonly string[]> {
  const targets = await targetsIn(examples, file);
  for (const target of targets) {
    const body = await toRequest(target, azure.workspace, async (reference) =>
      reference.from === "env" ? (exampleSecrets[reference.name] ?? "secret") : "secret",
    );
    await put(prefix + target.name, body, kindOf(target).apiVersion);
  }
  return targets.map(({ name }) => prefix + name);
}

/** The request for a resource that the emulator has: those of the recordings are nowhere. */
function onWhatIsThere(request: WireRequest): WireRequest {
  const there: Readonly<Record<string, string>> = {
    virtualMachines: "rg-data/providers/Microsoft.Compute/virtualMachines/dsvm",
    managedClusters: "rg-data/providers/Microsoft.ContainerService/managedClusters/aks2",
    connectedClusters: "rg-data/providers/Microsoft.Kubernetes/connectedClusters/arc1",
    bigDataPools: "rg-data/providers/Microsoft.Synapse/workspaces/syn1/bigDataPools/pool1",
  };
  const body = JSON.stringify(request.body).replaceAll(
    /"(\/subscriptions\/[^"/]+\/resourceGroups\/)[^"]*\/(virtualMachines|managedClusters|connectedClusters|bigDataPools)\/[^"/]+"/gi,
    (_, __, type: string) => `"/subscriptions/${workspaceSubscription}/resourceGroups/${there[type] ?? ""}"`,
  );
  return { ...request, body: JSON.parse(body) as unknown };
}

describe("init --from-workspace", () => {
  const files = readdirSync(examples).filter((name) => name.endsWith(".yml"));

  it.each(files)("declares what %s has made, so that a plan shows no change", async (file) => {
    const names = await putExample(file);
    expect(names.length).toBeGreaterThan(0);
    const { text, planned } = await roundTrip();
    expect(text).not.toContain("# Not written");
    for (const name of names) expect(text).toContain(`- name: ${name}\n`);
    expect(planned).toMatchObject({ exitCode: 0 });
    expect(planned.out).toContain(`no changes, ${names.length} unchanged.`);
  });

  it.each(files)("declares all that was sent for %s, so that it can be made again", async (file) => {
    await putExample(file);
    const checkout = checkoutOf({});
    await roundTrip(checkout);
    expect(await bodiesIn(checkout, "azureml.yml")).toEqual(await bodiesIn(examples, file));
  });

  /** What the official client has sent for declarations that it took and that are valid here too. */
  const cases = readCases("variants.jsonl").flatMap(({ id, request, official, expect: wanted = official }) => {
    const name = /^computes\/([^/]+)$/.exec(request?.path.replace(/^\//, "") ?? "")?.[1];
    // With a full id and a name that client sends a subnet whose id is none.
    const isOdd = id === "cluster-vnet-id-and-name" || decidesOtherwise(id);
    return request === undefined || name === undefined || wanted === "reject" || isOdd
      ? []
      : [{ id, name, request: onWhatIsThere(request) }];
  });

  it("meets computes of the official client of every kind that it has", () => {
    const types = (request: WireRequest) =>
      (request.body as { readonly properties?: { readonly computeType?: string } }).properties?.computeType;
    expect([...new Set(cases.map(({ request }) => types(request)))].sort()).toEqual([
      "AmlCompute",
      "ComputeInstance",
      "Kubernetes",
      "SynapseSpark",
      "VirtualMachine",
    ]);
  });

  it.each(cases)("declares what the official client sent for $id", async ({ name, request }) => {
    await put(name, request.body);
    const { text, planned } = await roundTrip();
    expect(text).toContain(`- name: ${name}\n`);
    expect(planned).toMatchObject({ exitCode: 0 });
  });

  it("declares a workspace with all kinds at once", async () => {
    const names: string[] = [];
    for (const [index, file] of files.entries()) names.push(...(await putExample(file, `k${index}-`)));
    const { text, planned } = await roundTrip();
    expect([...text.matchAll(/^ {2}- name: (\S+)$/gm)].map(([, name]) => name).sort()).toEqual([...names].sort());
    expect(planned.out).toContain(`no changes, ${names.length} unchanged.`);
  });

  it.each((Object.keys(kinds) as Kind[]).filter((kind) => (kinds[kind] as KindFacts).computeType !== undefined))(
    "knows how the kind %s is written",
    async (kind) => {
      expect(typeof (await (kinds[kind] as KindFacts).written?.())).toBe("function");
    },
  );

  it("names in a comment what it cannot declare, with the reason", async () => {
    await put("adf", {
      location: "eastus",
      properties: {
        computeType: "DataFactory",
        resourceId: `/subscriptions/${azure.workspace.subscriptionId}/resourceGroups/rg/providers/Microsoft.DataFactory/factories/f`,
      },
    });
    await putExample("amlcompute.yml");
    const { text, said } = await roundTrip();
    expect(text).toContain("# - adf: it is of the kind DataFactory, which this version cannot declare.\n");
    expect(said).toContain(" declared, 1 not.");
  });

  it("writes secrets as references, and tells which variables have to be set", async () => {
    await putExample("databricks.yml");
    const { text, said } = await roundTrip();
    const [, name = ""] = /access_token:\n\s+env: (\w+)\n/.exec(text) ?? [];
    expect(name).toMatch(/^[A-Z_]+_TOKEN$/);
    expect(text).toMatch(new RegExp(`# Set ${name} in the environment`));
    expect(said).toContain(`Secrets are expected in ${name} `);
    for (const secret of Object.values(exampleSecrets)) expect(text).not.toContain(secret);
  });

  it("keeps texts of others texts, whatever is in them", async () => {
    const description = "on: # not a comment\n::error::x\n- x\u0007\u001b[2J 1_000 'yes' ${x} ##[group]z";
    const tags = { owner: "yes", since: "2026-01-31", ratio: "1e3", "a: b": "#", mode: "0o17", time: "12:30" };
    await put("odd-texts", {
      location: "eastus",
      tags,
      properties: {
        computeType: "AmlCompute",
        description,
        properties: { vmSize: "Standard_DS3_v2", scaleSettings: { minNodeCount: 0, maxNodeCount: 2 } },
      },
    });
    const { planned, text } = await roundTrip();
    expect(text).toContain("- name: odd-texts\n");
    expect(text).not.toMatch(/^\s*::|##\[|[\u0000-\u0009\u000b-\u001f]/m);
    expect(planned).toMatchObject({ exitCode: 0 });
  });

  it("does not declare what would not be read as it is, and says why", async () => {
    await putExample("amlcompute.yml");
    await put("expression", {
      location: "eastus",
      properties: {
        computeType: "AmlCompute",
        description: "${{ secrets.NAME }}",
        properties: { vmSize: "Standard_DS3_v2", scaleSettings: { minNodeCount: 0, maxNodeCount: 2 } },
      },
    });
    const { text, planned } = await roundTrip();
    expect(text).toMatch(/^# - expression: its declaration would not be valid: .+$/m);
    expect(text).not.toContain("name: expression");
    expect(planned).toMatchObject({ exitCode: 0 });
  });

  it("writes nothing for a workspace that has nothing to declare", async () => {
    const checkout = checkoutOf({});
    const { exitCode, out } = await call(checkout, "init", "--from-workspace");
    expect(exitCode).toBe(1);
    expect(out).toContain("mlw-main has no compute that can be declared.");
    expect(existsSync(join(checkout, "azureml.yml"))).toBe(false);
  });

  it("never overwrites a file unless it is told to, and prints instead where that is asked", async () => {
    await putExample("amlcompute.yml");
    const checkout = checkoutOf({ "azureml.yml": "targets: []\n" });
    const refused = await call(checkout, "init", "--from-workspace");
    expect(refused.exitCode).toBe(1);
    expect(refused.out).toContain("azureml.yml exists already");
    expect(readFileSync(join(checkout, "azureml.yml"), "utf8")).toBe("targets: []\n");

    const printed = await call(checkout, "init", "--from-workspace", "--output", "-");
    expect(printed.exitCode).toBe(0);
    expect(printed.out).toContain("workspace:\n  subscription_id:");
    expect(readFileSync(join(checkout, "azureml.yml"), "utf8")).toBe("targets: []\n");

    expect((await call(checkout, "init", "--from-workspace", "--force")).exitCode).toBe(0);
    expect(readFileSync(join(checkout, "azureml.yml"), "utf8")).toBe(printed.out);
  });

  it("fails with the reason where the workspace is not known or not there", async () => {
    const unknown = await callLine(checkoutOf({}), ["init", "--from-workspace"]);
    expect(unknown.exitCode).toBe(1);
    expect(unknown.out).toContain("The workspace is not known");
    const absent = await call(checkoutOf({}), "init", "--from-workspace", "--workspace", "none");
    expect(absent.exitCode).toBe(1);
    expect(absent.out).toMatch(/error: .*none.*\(workspace-unavailable\)/);
  });
});
