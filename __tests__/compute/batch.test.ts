import { beforeAll, describe, expect, it } from "@jest/globals";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { type Emulator } from "../../emulator/emulator.ts";
import { batchAccount } from "../../emulator/resources/batch.ts";
import type { PlannedStep, Result } from "../../src/report/result.ts";
import { bodyOf, dataId, placesOf, readYaml } from "../support/declared.ts";
import { planCases, wordsOf, type FindingCase } from "../support/findings.ts";
import { act, writesIn } from "../support/step.ts";
import { useEmulator } from "../support/use-emulator.ts";

const yaml = (rest: string) => `name: v1-batch\ntype: batch\n${rest}`;

describe("a Batch account's request", () => {
  it.each([
    "resource_group: rg-data\naccount_name: batch1\n",
    `resource_id: ${dataId("Microsoft.Batch/batchAccounts", "batch1")}\n`,
  ])("is the first SDK's to the letter: %j", async (rest) => {
    expect(await bodyOf(yaml(rest))).toEqual({
      location: "eastus",
      properties: { computeType: "Batch", resourceId: dataId("Microsoft.Batch/batchAccounts", "batch1") },
    });
  });
});

it("a Batch declaration without an account is an error at its place", () => {
  expect(placesOf(readYaml(yaml("resource_group: rg-data\n")).problems)).toEqual(["error missing-key 1:1"]);
});

describe("a Batch account", () => {
  const emulator = useEmulator({
    durations: { default: 0.1 },
  });
  const files = {
    "azureml.yml": `targets: [{ name: pools, type: batch, resource_group: rg-data, account_name: batch1 }]\n`,
  };

  it("is attached by the older api-version, and reported with its state and the account's id", async () => {
    const step = await act(emulator, "apply", files);
    expect(step.exitCode).toBe(0);
    const put = emulator.journal().find(({ method, path }) => method === "PUT" && path.includes("/computes/"));
    expect(put?.query["api-version"]).toBe("2020-02-02");
    expect(JSON.parse(step.outputs["targets"] ?? "")).toMatchObject([
      {
        name: "pools",
        resourceId: dataId("Microsoft.Batch/batchAccounts", "batch1"),
        provisioningState: "Succeeded",
        provisioningErrors: [],
      },
    ]);
  });

  it.each([
    { code: "BadRequest", message: "Unknown compute type 'Batch'." },
    {
      code: "NoRegisteredProviderFound",
      message:
        "No registered resource provider found for location 'eastus' and API version '2020-02-02' for type 'workspaces'.",
    },
  ])("that the service refuses with $code is explained as what it is", async ({ code, message }) => {
    emulator.faults.add({
      method: "PUT",
      path: "/computes/pools$",
      kind: "status",
      status: 400,
      body: { error: { code, message } },
    });
    const step = await act(emulator, "apply", files);
    expect(step.exitCode).toBe(1);
    expect(step.summary).toContain("The service no longer attaches Batch accounts");
    expect(writesIn(emulator.journal())).toEqual(["PUT computes/pools"]);
  });

  it("is detached with a word on what bills on, and how to delete it", async () => {
    await act(emulator, "apply", files);
    const step = await act(emulator, "detach", files, { inputs: { only: "pools" } });
    const id = dataId("Microsoft.Batch/batchAccounts", "batch1");
    const result = JSON.parse(readFileSync(step.outputs["result-path"] ?? "", "utf8")) as Result;
    expect(result.targets[0]?.note).toBe(
      `Detached only: ${id} still exists and is billed. Its pools keep their nodes, and the nodes are billed. To delete it: az resource delete --ids ${id}`,
    );
  });

  it("is not taken for a kind of the published api-versions by the emulator", async () => {
    const answer = await emulatorPut(emulator, "2023-08-01-preview");
    expect(answer).toContain("Unknown compute type 'Batch'.");
  });
});

/** A PUT as a client of the published api-version would send it. */
function emulatorPut(emulator: Emulator, apiVersion: string): Promise<string> {
  const path = `/subscriptions/33333333-3333-4333-8333-333333333333/resourceGroups/rg-ml/providers/Microsoft.MachineLearningServices/workspaces/mlw-main/computes/pools?api-version=${apiVersion}`;
  return new Promise((resolve, reject) => {
    const sent = request(
      emulator.origin + path,
      {
        method: "PUT",
        ca: readFileSync(emulator.caFile),
        headers: { Authorization: `Bearer ${emulator.accessToken()}`, "Content-Type": "application/json" },
      },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (part: string) => (text += part));
        answer.on("end", () => resolve(text));
      },
    );
    sent.on("error", reject);
    const resourceId = dataId("Microsoft.Batch/batchAccounts", "batch1");
    sent.end(JSON.stringify({ location: "eastus", properties: { computeType: "Batch", resourceId } }));
  });
}

const accountWith = (name: string, properties: object) => {
  const account = batchAccount(name);
  return [{ ...account, properties: { ...(account["properties"] as object), ...properties } }];
};
const always = "warning batch-unpublished";
const cases: readonly FindingCase[] = [
  { name: "good", when: "it is as the service wants it", resources: [batchAccount("good")], expected: [always] },
  { name: "absent", when: "it does not exist", resources: [], expected: ["error resource-not-found", always] },
  {
    name: "hidden",
    when: "the identity may not read it",
    resources: [batchAccount("hidden")],
    hidden: ["/batchAccounts/hidden$"],
    expected: ["not-checked resource-not-readable", always],
  },
  {
    name: "young",
    when: "it is being made",
    resources: accountWith("young", { provisioningState: "Creating" }),
    expected: ["error batch-not-ready", always],
  },
  {
    name: "shut",
    when: "it takes no public calls",
    resources: accountWith("shut", { publicNetworkAccess: "Disabled" }),
    expected: ["warning batch-no-public-access", always],
  },
].map(({ name, ...one }) => ({ ...one, target: `type: batch, resource_group: rg-data, account_name: ${name}` }));

describe("before a Batch account is attached, the plan", () => {
  let steps: readonly PlannedStep[];
  beforeAll(async () => {
    steps = await planCases(cases);
  });

  it.each(cases.map((one, index) => ({ ...one, index })))("finds $expected when $when", ({ index, expected }) => {
    expect(wordsOf(steps[index])).toEqual(expected);
    const refused = expected.some((word) => word.startsWith("error"));
    expect(steps[index]?.action).toBe(refused ? "refuse" : "attach");
  });
});
