import { describe, expect, it } from "@jest/globals";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { aksId } from "../../emulator/resources/clusters.ts";
import { run, type RunOptions } from "../faults/run.ts";
import { useStand } from "../support/use-stand.ts";
import { loadSource } from "../faults/source.ts";
import { computeDocument } from "../faults/stand.ts";

/** Web services of the first SDK: the one list of what uses a compute that the service may no longer have. */
const source = await loadSource();
const scoring = computeDocument("scoring", {
  ...{ computeType: "AKS", resourceId: aksId("aks1"), isAttachedCompute: true, properties: {} },
  computeLocation: "eastus",
});
const stand = useStand([scoring]);

const deployed = (computeName = "Scoring") =>
  stand.emulator.putService({ name: "clf", computeType: "AKS", computeName, state: "Healthy" });
const writes = () => stand.emulator.writes().map(({ method, name }) => `${method} ${name}`);

const commands = [
  { command: "detach", target: aksId("aks1"), inputs: { only: "scoring" }, removed: ["DELETE scoring"] },
  // The same name for another cluster.
  {
    command: "apply",
    target: aksId("aks2"),
    inputs: { "on-drift": "reattach" },
    removed: ["DELETE scoring", "PUT scoring"],
  },
] as const;

function carryOut({ command, target, inputs }: (typeof commands)[number], more: Partial<RunOptions> = {}) {
  const checkout = mkdtempSync(join(tmpdir(), "in-use-"));
  const targets = [{ name: "scoring", type: "aks", resource_id: target }];
  writeFileSync(join(checkout, "azureml.yml"), JSON.stringify({ targets }));
  return run(source, { command, checkout, environment: stand.environment, inputs, ...more });
}

describe.each(commands)("$command of a cluster for web services", (given) => {
  it("asks for its services where they are", async () => {
    stand.emulator.keepServicesAt("data-plane");
    deployed();
    const { result } = await carryOut(given);
    expect(result.failureReason).toBe("in-use");
    expect(result.failures.join(" ")).toContain("the service 'clf' (Healthy)");
    expect(writes()).toEqual([]);
  });

  it("goes on where neither has the list any more, and says so", async () => {
    stand.emulator.keepServicesAt("nowhere");
    deployed();
    const { result, text } = await carryOut(given);
    expect(result.failures).toEqual([]);
    expect(text).toContain("no longer lists web services of the first SDK, so none can be using it");
    expect(writes()).toEqual(given.removed);
  });
});

describe("detach of a cluster for web services", () => {
  it.each([
    { where: "arm", computeName: "Scoring", failureReason: "in-use", removed: [] },
    { where: "arm", computeName: "another", failureReason: undefined, removed: commands[0].removed },
    { where: "data-plane", computeName: "another", failureReason: undefined, removed: commands[0].removed },
  ] as const)(
    "counts the services on the cluster itself: $where, on $computeName",
    async ({ where, computeName, failureReason, removed }) => {
      stand.emulator.keepServicesAt(where);
      deployed(computeName);
      const { result } = await carryOut(commands[0]);
      expect(result.failureReason).toBe(failureReason);
      expect(writes()).toEqual(removed);
    },
  );

  it.each([
    { at: "ARM", path: "/workspaces/mlw-main/services$", status: 403 },
    { at: "ARM, whose workspace is not there", path: "/workspaces/mlw-main/services$", status: 404 },
    { at: "the data plane", path: "^/modelmanagement/", status: 403 },
    { at: "the data plane", path: "^/modelmanagement/", status: 200 },
    { at: "the discovery", path: "^/discovery$", status: 404 },
  ])("is refused where $at answers $status with something else", async ({ at, path, status }) => {
    stand.emulator.keepServicesAt(at.startsWith("ARM") ? "arm" : "data-plane");
    const body = { error: { code: "Other", message: "Not this one." } };
    stand.endpoint.faults.add({ method: "GET", path, kind: "status", status, body, times: 100 });
    const { result } = await carryOut(commands[0]);
    expect(result.failureReason).toBe("in-use");
    expect(result.failures.join(" ")).toContain("could not be read");
    expect(writes()).toEqual([]);
  });
});
