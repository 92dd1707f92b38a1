import { describe, expect, it } from "@jest/globals";
import { aksId, arcId } from "../../emulator/resources/clusters.ts";
import { act, writesIn } from "../support/step.ts";
import { useEmulator } from "../support/use-emulator.ts";

const emulator = useEmulator({
  durations: { default: 0.1 },
});

const environment = { CERT: "cert-of-scoring-1", KEY: "key-of-scoring-1" };
const certificate = "ssl: { cname: a.example.com, cert: { env: CERT }, key: { env: KEY } }";
const run = (command: string, target: string, inputs: Readonly<Record<string, string>> = {}) =>
  act(emulator, command, { "azureml.yml": `targets:\n  - { ${target} }\n` }, { inputs, environment });
/** Writes with the action of a removal: `DELETE computes/scoring Detach`. */
const writes = () =>
  emulator
    .journal()
    .filter(({ method }) => ["PUT", "DELETE", "PATCH"].includes(method))
    .filter(({ path }) => path.includes("/computes/"))
    .map(({ method, path, query }) =>
      [method, path.split("/").slice(-2).join("/"), query["underlyingResourceAction"]].filter(Boolean).join(" "),
    );
const bodies = () =>
  emulator
    .journal()
    .filter(({ method, path }) => method === "PUT" && path.includes("/computes/"))
    .map(({ body }) => body as { readonly properties: Readonly<Record<string, unknown>>; readonly tags?: object });

describe("an AKS cluster", () => {
  it("that the service made is detached for a change of TLS, never deleted, and attached again by its own id", async () => {
    const made = "name: scoring, type: aks, cluster_purpose: dev_test, agent_count: 1";
    expect((await run("apply", made)).exitCode).toBe(0);
    emulator.clearJournal();

    const planned = await run("plan", `${made}, ${certificate}`, { "on-drift": "reattach" });
    expect(planned.summary).toContain("never deleted");
    expect(planned.summary).toContain("azureml-fe");

    const applied = await run("apply", `${made}, ${certificate}`, { "on-drift": "reattach" });
    expect(applied.log.join("\n")).toContain("apply succeeded.");
    expect(writes()).toEqual(["DELETE computes/scoring Detach", "PUT computes/scoring"]);
    const [body] = bodies();
    expect(body?.properties["resourceId"]).toMatch(/\/managedClusters\/scoring$/);
    expect(body?.properties["properties"]).not.toHaveProperty("agentCount");
    for (const secret of Object.values(environment)) expect(applied.log.join("\n")).not.toContain(secret);
    expect(emulator.violations()).toEqual([]);

    emulator.clearJournal();
    const again = await run("apply", `${made}, ${certificate}`);
    expect(again.outputs["changed"]).toBe("false");
    expect(writes()).toEqual([]);
  });

  it("that is still being created is awaited and then attached by its own id, never created twice", async () => {
    const made = "name: slow, type: aks, cluster_purpose: dev_test, agent_count: 1";
    emulator.faults.add({ method: "PUT", path: "/computes/slow$", kind: "operation-takes", seconds: 4 });
    await run("apply", made, { wait: "false" });
    emulator.clearJournal();
    const applied = await run("apply", `${made}, ${certificate}`, { "on-drift": "reattach" });
    expect(applied.log.join("\n")).toContain("apply succeeded.");
    expect(writes()).toEqual(["DELETE computes/slow Detach", "PUT computes/slow"]);
    expect(bodies()[0]?.properties["resourceId"]).toMatch(/\/managedClusters\/slow$/);
    expect(emulator.violations()).toEqual([]);
  });

  it("that is attached is detached and attached again for a change of TLS", async () => {
    const target = "name: scoring, type: aks, resource_group: rg-data, cluster_name: aks1";
    expect((await run("apply", target)).exitCode).toBe(0);
    emulator.clearJournal();
    const refused = await run("apply", `${target}, ${certificate}`, { "on-drift": "update" });
    expect(refused.outputs["failure-reason"]).toBe("drift");
    expect(writes()).toEqual([]);
    const applied = await run("apply", `${target}, ${certificate}`, { "on-drift": "reattach" });
    expect(applied.exitCode).toBe(0);
    expect(applied.log.join("\n")).toContain("azureml-fe");
    expect(writes()).toEqual(["DELETE computes/scoring Detach", "PUT computes/scoring"]);
  });

  it("is planned without the values of its secrets, and not removed while one is missing", async () => {
    const target = "name: scoring, type: aks, resource_group: rg-data, cluster_name: aks1";
    await run("apply", target);
    emulator.clearJournal();
    const missing = `${target}, ssl: { cname: a.example.com, cert: { env: NO_CERT }, key: { env: NO_KEY } }`;
    expect((await run("plan", missing, { "on-drift": "reattach" })).exitCode).toBe(0);
    const applied = await run("apply", missing, { "on-drift": "reattach" });
    expect(applied.outputs["failure-reason"]).toBe("secret-unavailable");
    expect(writes()).toEqual([]);
  });

  it("cannot be attached beside Kubernetes on the same cluster", async () => {
    await run("apply", "name: team-a, type: kubernetes, resource_group: rg-data, cluster_name: aks2, namespace: a");
    emulator.clearJournal();
    const aks = `name: scoring, type: aks, resource_id: ${aksId("AKS2")}`;
    const refused = await run("apply", aks);
    expect(refused.outputs["failure-reason"]).toBe("conflict");
    expect(writes()).toEqual([]);
    expect((await run("apply", aks, { "on-conflict": "replace" })).exitCode).toBe(0);
    expect(writes()).toEqual(["DELETE computes/team-a Detach", "PUT computes/scoring"]);
    expect(emulator.violations()).toEqual([]);
  });
});

describe("a Kubernetes cluster", () => {
  const target = (settings: string) => `name: k8s, type: kubernetes, resource_id: ${arcId("arc1")}, ${settings}`;

  it("has identity and tags changed in place, by one PUT", async () => {
    await run("apply", target("namespace: ml"));
    emulator.clearJournal();
    const changed = target("namespace: ml, identity: { type: system_assigned }, tags: { team: a }");
    expect((await run("apply", changed, { "on-drift": "update" })).exitCode).toBe(0);
    expect(writesIn(emulator.journal())).toEqual(["PUT computes/k8s"]);
    emulator.clearJournal();
    expect((await run("apply", changed)).outputs["changed"]).toBe("false");
    expect(writes()).toEqual([]);
  });

  it("keeps what others set on it when something else is changed in place", async () => {
    await run("apply", target("namespace: ml"));
    const [found] = emulator.computes();
    if (found === undefined) throw new Error("Nothing is attached.");
    emulator.putCompute({
      ...found,
      tags: { "Cost-Center": "42", team: "a" },
      identity: { type: "SystemAssigned" },
    });
    const changed = target("namespace: ml, description: training, tags: { cost-center: '42', team: b }");
    expect((await run("apply", changed, { "on-drift": "update" })).exitCode).toBe(0);
    expect(emulator.computes()[0]).toMatchObject({
      tags: { "cost-center": "42", team: "b" },
      identity: { type: "SystemAssigned" },
      properties: { description: "training" },
    });
  });

  it("is attached again for another namespace", async () => {
    await run("apply", target("namespace: ml"));
    emulator.clearJournal();
    expect((await run("apply", target("namespace: other"), { "on-drift": "reattach" })).exitCode).toBe(0);
    expect(writes()).toEqual(["DELETE computes/k8s Detach", "PUT computes/k8s"]);
  });

  it("must not be declared twice in one namespace; the problem names both places", async () => {
    const files = {
      "azureml.yml": `targets:\n  - { ${target("namespace: ml")} }\n  - { ${target("namespace: ml").replace("k8s", "two")} }\n`,
    };
    const step = await act(emulator, "validate", files);
    expect(step.outputs["failure-reason"]).toBe("invalid-declaration");
    expect(step.annotations.map(({ message }) => message).join("\n")).toContain("give it another namespace");
  });
});

describe("a Synapse Spark pool", () => {
  const target = (settings = "") =>
    `name: spark, type: synapsespark, resource_group: rg-data, workspace_name: syn1, pool_name: pool1${settings}`;

  it("has identity and tags changed in place, by attaching it again under its name", async () => {
    await run("apply", target());
    emulator.clearJournal();
    const changed = target(", identity: { type: system_assigned }, tags: { team: a }");
    expect((await run("apply", changed, { "on-drift": "update" })).exitCode).toBe(0);
    expect(writesIn(emulator.journal())).toEqual(["PUT computes/spark"]);
    expect(bodies()[0]?.tags).toEqual({ team: "a" });
    emulator.clearJournal();
    expect((await run("apply", changed)).outputs["changed"]).toBe("false");
  });

  it("is detached, never deleted", async () => {
    await run("apply", target());
    emulator.clearJournal();
    const detached = await run("detach", target(), { only: "spark", "allow-delete": "true" });
    expect(detached.summary).toContain("still exists");
    expect(writes()).toEqual(["DELETE computes/spark Detach"]);
  });
});
