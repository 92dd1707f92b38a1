import { describe, expect, it } from "@jest/globals";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { aksId } from "../../emulator/resources/clusters.ts";
import { machineId } from "../../emulator/resources/machines.ts";
import { run, type RunOptions } from "./run.ts";
import { useStand } from "../support/use-stand.ts";
import { loadSource } from "./source.ts";
import { workspacePath } from "../../emulator/settings.ts";
import { altered } from "./members.ts";
import { cpuCluster } from "./stand.ts";

/** What the campaigns found, each as the promise that was not kept. */
const source = await loadSource();
const stand = useStand();

function apply(name: string, port = 22, options: Partial<RunOptions> = {}) {
  const checkout = mkdtempSync(join(tmpdir(), "found-"));
  const target = {
    name,
    type: "virtualmachine",
    resource_id: machineId("vm1"),
    ssh_settings: { admin_username: "azureuser", admin_password: { env: "DSVM_PASSWORD" }, ssh_port: port },
  };
  writeFileSync(join(checkout, "azureml.yml"), JSON.stringify({ targets: [target] }));
  return run(source, { command: "apply", checkout, environment: stand.environment, ...options });
}

const writes = () => stand.emulator.writes().map(({ method, name }) => `${method} ${name}`);

describe("a request that is never answered", () => {
  it.each([
    { of: "the storage", path: "/azureml-blobstore/" },
    { of: "the sign-in", path: "/oauth2/v2.0/token$" },
    { of: "the sign-in's discovery", path: "/openid-configuration$" },
    { of: "GitHub", path: "/_github/id-token$" },
    { of: "the workspace", path: "/workspaces/mlw-main$" },
  ])("of $of is given up and sent again", async ({ path }) => {
    stand.endpoint.faults.add({ path, kind: "no-reply", carriedOut: false });
    const { result } = await apply("answered", 22, { requestSeconds: 1 });
    expect(result.failures).toEqual([]);
    expect(result.targets.map(({ guarantee }) => guarantee)).toEqual(["serialised"]);
  });
});

describe("the correlation id of a write", () => {
  it("goes along with the request: a report that names another would lead nowhere in Azure's logs", async () => {
    const sent: unknown[] = [];
    stand.alter(({ method, path, headers }, reply) => {
      if (method === "PUT" && path.includes("/computes/")) sent.push(headers["x-ms-correlation-request-id"]);
      return reply;
    });
    await apply("correlated");
    expect(sent).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
  });
});

describe("an operation whose Retry-After is 0", () => {
  it("is polled with pauses all the same", async () => {
    const going = {
      kind: "status",
      status: 200,
      body: { status: "InProgress" },
      headers: { "Retry-After": "0" },
    } as const;
    stand.endpoint.faults.add({ path: "/computeOperationsStatus/", times: 100_000, ...going });
    const { result } = await apply("patient", 22, { seconds: 15 });
    expect(result.failureReason).toBe("timeout");
    expect(stand.requests().filter(({ path }) => /computeOperationsStatus/.test(path)).length).toBeLessThan(15);
  });
});

describe("a list that was cut off", () => {
  it("is read again, and never taken for a workspace without computes", async () => {
    await apply("theirs");
    stand.endpoint.faults.add({ method: "GET", path: "/computes$", kind: "truncated", times: 2 });
    const { result } = await apply("ours");
    expect(result.failureReason).toBe("conflict");
    expect(writes()).toEqual(["PUT theirs"]);
    expect(stand.emulator.violations()).toEqual([]);
  });

  it("is not taken for an empty list when it is JSON of another form", async () => {
    await apply("theirs");
    const fault = { kind: "status", status: 200, body: { error: "busy" }, times: 100 } as const;
    stand.endpoint.faults.add({ method: "GET", path: "/computes$", ...fault });
    expect((await apply("ours")).result.failureReason).toBe("service-unreachable");
    expect(writes()).toEqual(["PUT theirs"]);
  });
});

describe("a target that another one replaces", () => {
  it("is created as it is declared, in the same run", async () => {
    await apply("theirs");
    const checkout = mkdtempSync(join(tmpdir(), "found-"));
    const login = { admin_username: "azureuser", admin_password: { env: "DSVM_PASSWORD" } };
    const targets = [
      { name: "ours", type: "virtualmachine", resource_id: machineId("vm1"), ssh_settings: login },
      { name: "theirs", type: "virtualmachine", resource_id: machineId("vm2"), ssh_settings: login },
    ];
    writeFileSync(join(checkout, "azureml.yml"), JSON.stringify({ targets }));
    const options = { checkout, environment: stand.environment, inputs: { "on-conflict": "replace" } };
    expect((await run(source, { ...options, command: "apply" })).result.failures).toEqual([]);
    expect((await run(source, { ...options, command: "plan" })).result.plan?.hasChanges).toBe(false);
    expect(stand.emulator.violations()).toEqual([]);
  });

  it("stays where the other target must not remove it, and nothing is written over it", async () => {
    await apply("theirs");
    stand.emulator.putJob({
      name: "job",
      status: "Running",
      createdAt: "2026-11-25T00:00:00Z",
      properties: {
        jobType: "Command",
        computeId: stand.emulator.computes().find(({ name }) => name === "theirs")?.id,
      },
    });
    const checkout = mkdtempSync(join(tmpdir(), "found-"));
    const login = { admin_username: "azureuser", admin_password: { env: "DSVM_PASSWORD" } };
    const targets = [
      { name: "ours", type: "virtualmachine", resource_id: machineId("vm1"), ssh_settings: login },
      { name: "theirs", type: "amlcompute" },
    ];
    writeFileSync(join(checkout, "azureml.yml"), JSON.stringify({ targets }));
    const inputs = { "on-conflict": "replace" };
    const { result } = await run(source, { command: "apply", checkout, environment: stand.environment, inputs });
    expect(result.failureReason).toBe("in-use");
    expect(result.targets.map(({ outcome }) => outcome)).toEqual(["failed", "failed"]);
    expect(writes()).toEqual(["PUT theirs"]);
  });
});

describe("a name that is still in use although no read shows a compute", () => {
  const body = { error: { code: "Conflict", message: "The compute is being deleted." } };
  const taken = (times: number) =>
    stand.endpoint.faults.add({ method: "PUT", path: "/computes/agreed$", kind: "status", status: 409, body, times });

  it("is written again, so that what was detached is attached in the same run", async () => {
    await apply("agreed");
    taken(2);
    const { result } = await apply("agreed", 2222, { inputs: { "on-drift": "reattach" } });
    expect(result.failures).toEqual([]);
    expect(writes()).toEqual(["PUT agreed", "DELETE agreed", "PUT agreed"]);
  });

  it("fails with the service's own words", async () => {
    taken(100);
    const { result } = await apply("agreed");
    expect(result.failures.join(" ")).toContain("The compute is being deleted.");
    expect(stand.requests().filter(({ method, path }) => method === "PUT" && path.endsWith("/agreed"))).toHaveLength(3);
  });
});

describe("a compute that detach names", () => {
  it("is not deleted when the service has made another one under its name", async () => {
    const attached = {
      ...{ id: `${workspacePath}/computes/scoring`, name: "scoring", location: "eastus", tags: null },
      properties: {
        ...{ computeType: "AKS", resourceId: aksId("aks1"), isAttachedCompute: true, properties: {} },
        ...{ provisioningState: "Succeeded", provisioningErrors: null, createdOn: "2026-01-01T00:00:00.000+00:00" },
      },
    };
    await stand.restore([attached]);
    await using endpoint = await stand.emulator.openEndpoint({
      onRequest: ({ method, path }) => {
        if (method === "GET" && path.endsWith("/computes/scoring"))
          stand.emulator.putCompute({ ...attached, properties: { ...attached.properties, isAttachedCompute: false } });
        return Promise.resolve("continue");
      },
    });
    const environment = { ...stand.environment, ...endpoint.environment, AZURE_CLIENT_SECRET: "" };
    const { result } = await apply("agreed", 22, { command: "detach", environment, inputs: { only: "scoring" } });
    expect(result.failures.join(" ")).toContain("[WorkspaceChanged]");
    expect(writes()).toEqual([]);
  });

  it.each([409, 412])("is detached in the same run when the service says %d at first", async (status) => {
    await apply("agreed");
    const body = { error: { code: "Conflict", message: "Another operation is in progress." } };
    stand.endpoint.faults.add({ method: "DELETE", path: "/computes/agreed$", kind: "status", status, body });
    const { result } = await apply("agreed", 22, { command: "detach", inputs: { only: "agreed" } });
    expect(result.failures).toEqual([]);
    expect(writes()).toEqual(["PUT agreed", "DELETE agreed"]);
  });
});

describe("two targets that swap their machines", () => {
  const swap = (one: string, two: string, secret = "DSVM_PASSWORD") => {
    const checkout = mkdtempSync(join(tmpdir(), "found-"));
    const target = (name: string, vm: string, env: string) => ({
      ...{ name, type: "virtualmachine", resource_id: machineId(vm) },
      ssh_settings: { admin_username: "azureuser", admin_password: { env } },
    });
    writeFileSync(
      join(checkout, "azureml.yml"),
      JSON.stringify({ targets: [target("one", one, "DSVM_PASSWORD"), target("two", two, secret)] }),
    );
    const inputs = { "on-drift": "reattach" };
    return { command: "apply", checkout, environment: stand.environment, inputs } as const;
  };
  const machines = () =>
    stand.emulator
      .computes()
      .filter(({ name }) => ["one", "two"].includes(name))
      .map(({ name, properties }) => [name, properties["resourceId"], properties["provisioningState"]]);

  it("both stay attached when a run starts on one of them after the plan was made", async () => {
    await run(source, swap("vm1", "vm2"));
    const before = machines();
    let looks = 0;
    await using endpoint = await stand.emulator.openEndpoint({
      onRequest: ({ path }) => {
        // The plan looks once for each of the two; then it is looked under the lease.
        looks += path.endsWith("/jobs") ? 1 : 0;
        if (looks === 3)
          stand.emulator.putJob({
            ...{ name: "job", status: "Running", createdAt: "2026-11-25T00:00:00Z" },
            properties: {
              jobType: "Command",
              computeId: stand.emulator.computes().find(({ name }) => name === "two")?.id,
            },
          });
        return Promise.resolve("continue");
      },
    });
    const environment = { ...stand.environment, ...endpoint.environment, AZURE_CLIENT_SECRET: "" };
    const { result } = await run(source, { ...swap("vm2", "vm1"), environment });
    expect(result.failures.join(" ")).toContain("[InUse]");
    expect(machines()).toEqual(before);
  });

  it("both stay attached when the secret of one is missing", async () => {
    await run(source, swap("vm1", "vm2"));
    const before = machines();
    const { result } = await run(source, swap("vm2", "vm1", "NOT_SET"));
    expect(result.failures.join(" ")).toContain("NOT_SET");
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(machines()).toEqual(before);
  });
});

describe("lists that lag behind what another run wrote and verified", () => {
  const lag = () => stand.endpoint.faults.add({ method: "GET", path: "/computes$", kind: "lagging", times: 1000 });

  it("do not lead to a second name for the machine, because the last writer recorded the first", async () => {
    await apply("theirs");
    lag();
    const { result } = await apply("ours");
    expect(result.failureReason).toBe("conflict");
    expect(result.failures.join(" ")).toContain("'theirs'");
    expect(stand.emulator.violations()).toEqual([]);
  });

  it("do not lead to a second attachment of a namespace, where a run has attached two of the cluster", async () => {
    const declare = (names: Readonly<Record<string, string>>) => {
      const checkout = mkdtempSync(join(tmpdir(), "found-"));
      const targets = Object.entries(names).map(([name, namespace]) => ({
        ...{ name, type: "kubernetes", namespace },
        resource_id: aksId("aks2"),
      }));
      writeFileSync(join(checkout, "azureml.yml"), JSON.stringify({ targets }));
      return { checkout, environment: stand.environment };
    };
    // What is noted first is written last, so that it is what the lists do not show.
    stand.endpoint.faults.add({ method: "PUT", path: "/computes/team-a$", kind: "delay", seconds: 0.5 });
    const both = await run(source, { command: "apply", ...declare({ "team-a": "one", "team-b": "two" }) });
    expect(both.result.failures).toEqual([]);
    lag();
    const { result } = await run(source, { command: "apply", ...declare({ "team-c": "one" }) });
    expect(result.failureReason).toBe("conflict");
    expect(stand.emulator.violations()).toEqual([]);
  });

  it("do not lead to a second attachment under the same name", async () => {
    await apply("agreed");
    lag();
    expect((await apply("agreed")).result.conclusion).toBe("success");
    expect(writes()).toEqual(["PUT agreed"]);
  });

  it("do not keep a run from attaching what was just detached", async () => {
    await apply("agreed");
    stand.endpoint.faults.add({ method: "GET", path: "/computes$", kind: "lagging", skip: 2, times: 1000 });
    const { result } = await apply("agreed", 2222, { inputs: { "on-drift": "reattach" } });
    expect(result.failures).toEqual([]);
    expect(writes()).toEqual(["PUT agreed", "DELETE agreed", "PUT agreed"]);
  });
});

describe("a list that shows the other side of a race but not yet one's own", () => {
  it("does not keep the later side from withdrawing its attachment", async () => {
    const { emulator } = stand;
    await apply("theirs");
    const theirs = emulator.computes().find(({ name }) => name === "theirs") ?? fail();
    await stand.restore([]);
    await using endpoint = await emulator.openEndpoint({
      onRequest: ({ method, path }) => {
        if (method === "PUT" && path.endsWith("/computes/ours")) emulator.putCompute(theirs);
        return Promise.resolve("continue");
      },
    });
    endpoint.faults.add({ path: "/datastores/workspaceblobstore$", kind: "status", status: 403, times: 100 });
    // The third list is the one that verifies.
    endpoint.faults.add({ method: "GET", path: "/computes$", kind: "lagging", skip: 2 });
    const environment = { ...stand.environment, ...endpoint.environment, AZURE_CLIENT_SECRET: "" };
    const { result } = await apply("ours", 22, { environment });
    expect(result.failureReason).toBe("conflict");
    expect(result.failures.join(" ")).toContain("has been withdrawn");
    expect(emulator.computes().map(({ name }) => name)).not.toContain("ours");
  });
});

describe("an attachment that another one breaks before the read back", () => {
  it("is attached again by its owner once the other one is withdrawn, like one that is broken later", async () => {
    const ask = async (method: string, query = "", body?: unknown) => {
      await fetch(`${stand.emulator.origin}${workspacePath}/computes/theirs?api-version=2023-08-01-preview${query}`, {
        method,
        headers: { authorization: `Bearer ${stand.emulator.accessToken()}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    };
    const administratorAccount = { username: "somebody", password: "x" };
    const theirs = {
      location: "eastus",
      properties: {
        ...{ computeType: "VirtualMachine", resourceId: machineId("vm1") },
        properties: { sshPort: 22, administratorAccount },
      },
    };
    let lists = 0;
    let puts = 0;
    await using endpoint = await stand.emulator.openEndpoint({
      onResponse: async ({ method, path }) => {
        if (method === "PUT" && path.endsWith("/computes/ours") && (puts += 1) === 1) await ask("PUT", "", theirs);
        // The plan's, the one before the write, and the first look of who verifies.
        if (path.endsWith("/computes") && (lists += 1) === 3) await ask("DELETE", "&underlyingResourceAction=Detach");
        return "continue";
      },
    });
    endpoint.faults.add({ path: "/datastores/workspaceblobstore$", kind: "status", status: 403, times: 100 });
    const environment = { ...stand.environment, ...endpoint.environment, AZURE_CLIENT_SECRET: "" };
    const { result } = await apply("ours", 22, { environment });
    expect(result.failures).toEqual([]);
    const own = stand.emulator.computes().filter(({ name }) => !name.startsWith("bystander-"));
    expect(own.map(({ name, properties }) => [name, properties["provisioningState"]])).toEqual([["ours", "Succeeded"]]);
  });
});

describe("access to the storage that expired and could not be renewed at once", () => {
  it.each([
    { what: "the datastore is refused once", path: "/datastores/workspaceblobstore", status: 403 },
    { what: "the token is refused", path: "/datastores/workspaceblobstore", status: 401 },
  ])("costs no lease, because the next renewal requests it again ($what)", async ({ path, status }) => {
    await apply("agreed");
    let removing = false;
    await using endpoint = await stand.emulator.openEndpoint({
      onRequest: ({ method }) => {
        if (method === "DELETE" && !removing) {
          removing = true;
          const headers = { "x-ms-error-code": "AuthenticationFailed" };
          endpoint.faults.add({ path: "/azureml-blobstore/", method: "PUT", kind: "status", status: 403, headers });
          endpoint.faults.add({ path, kind: "status", status, times: status === 401 ? 2 : 1 });
        }
        return Promise.resolve("continue");
      },
    });
    // More than a minute of the run's clock.
    stand.emulator.faults.add({ method: "DELETE", path: "/computes/agreed$", kind: "operation-takes", seconds: 4 });
    const environment = { ...stand.environment, ...endpoint.environment, AZURE_CLIENT_SECRET: "" };
    const { result } = await apply("agreed", 2222, { environment, inputs: { "on-drift": "reattach" } });
    expect(result.failures).toEqual([]);
    expect(writes()).toEqual(["PUT agreed", "DELETE agreed", "PUT agreed"]);
  });
});

describe("a lease that is lost during the wait for a removal", () => {
  it.each([
    { command: "apply", inputs: { "on-drift": "reattach" } },
    { command: "detach", inputs: { only: "agreed" } },
  ] as const)("lets $command send no second one, which would meet what the next holder made", async (given) => {
    await apply("agreed");
    const { emulator } = stand;
    const shows = (provisioningState: string) => {
      const { operation: _, ...agreed } = emulator.computes().find(({ name }) => name === "agreed") ?? fail();
      emulator.putCompute({ ...agreed, properties: { ...agreed.properties, provisioningState } });
    };
    let looks = -1;
    await using endpoint = await emulator.openEndpoint({
      onRequest: ({ method, path }) => {
        if (method === "DELETE" && looks < 0) {
          // Somebody's operation is on it, and the storage refuses from now on.
          shows("Updating");
          endpoint.faults.add({ path: "/azureml-blobstore/", kind: "status", status: 403, times: 1000 });
          looks = 0;
        } else if (looks >= 0 && method === "GET" && path.endsWith("/computes/agreed")) {
          looks += 1;
          // By then more than a minute has passed.
          if (looks === 18) shows("Succeeded");
        }
        return Promise.resolve("continue");
      },
    });
    const busy = { error: { code: "Conflict", message: "Another operation is in progress." } };
    endpoint.faults.add({ method: "DELETE", path: "/computes/agreed$", kind: "status", status: 409, body: busy });
    const environment = { ...stand.environment, ...endpoint.environment, AZURE_CLIENT_SECRET: "" };
    const { result } = await apply("agreed", 2222, { environment, ...given });
    expect(result.failures.join(" ")).toContain("[LeaseLost]");
    expect(writes()).toEqual(["PUT agreed"]);
  });
});

function fail(): never {
  throw new Error("It is not there.");
}

describe("a write that the service never carries out", () => {
  it("ends with what the service said of it, and its ids", async () => {
    stand.endpoint.faults.add({
      method: "PUT",
      path: "/computes/broken$",
      kind: "status",
      status: 500,
      body: { error: { code: "InternalServerError", message: "The scheduler is out of order." } },
      times: 30,
    });
    const { result } = await apply("broken");
    expect(result.failureReason).toBe("target-not-verified");
    expect(result.failures[0]).toMatch(
      /The scheduler is out of order\. \[InternalServerError\].*still not as declared/s,
    );
    expect(result.failures[0]).toMatch(/What to do: Run the command again.*Correlation id: [0-9a-f-]{36}/s);
  });
});

describe("a live cluster that is described in another form than documented", () => {
  it.each<[string, unknown]>([
    ["identity.type", [1]],
    ["identity.userAssignedIdentities", "x"],
    ["properties.properties.scaleSettings.nodeIdleTimeBeforeScaleDown", { x: 1 }],
  ])("%s: nothing is planned on the ground of it", async (member, value) => {
    await stand.restore([cpuCluster]);
    const told = (compute: { readonly name?: string }) =>
      compute.name === "cpu-cluster"
        ? altered({ ...compute, identity: { type: "None", userAssignedIdentities: {} } }, member.split("."), value)
        : compute;
    stand.alter(({ method, path }, reply) => {
      if (method !== "GET" || !path.endsWith("/computes")) return reply;
      return { ...reply, body: { value: (reply.body as { value: object[] }).value.map(told) } };
    });
    const checkout = mkdtempSync(join(tmpdir(), "found-"));
    const target = { name: "cpu-cluster", type: "amlcompute", size: "Standard_DS3_v2", max_instances: 2 };
    writeFileSync(join(checkout, "azureml.yml"), JSON.stringify({ targets: [target] }));
    const { result } = await run(source, { command: "plan", checkout, environment: stand.environment });
    expect([result.conclusion, result.plan]).toEqual(["failure", undefined]);
    expect(result.failures.join(" ")).toContain(member.split(".").at(-1));
  });
});
