import { describe, expect, it } from "@jest/globals";
import { runStep } from "../../demo/runner.ts";
import { kindOf } from "../../src/compute/target.ts";
import { bodyOf, dataId, placesOf, readYaml, recordedWorkspace, targetOf } from "../support/declared.ts";
import { act, checkoutOf, writesIn } from "../support/step.ts";
import { newEmulator } from "../support/use-emulator.ts";

const yaml = (rest = "") =>
  `name: v1-adla\ntype: datalakeanalytics\nresource_group: rg-data\naccount_name: adla1\n${rest}`;

describe("a Data Lake Analytics account", () => {
  it("is an error at its type that says since when it is closed, and what to use", () => {
    const { problems } = readYaml(yaml());
    expect(placesOf(problems)).toEqual(["error retired 2:7"]);
    expect(problems[0]?.message).toContain("2024-02-29");
    expect(problems[0]?.fix).toMatch(/synapsespark.*databricks.*allow_retired: true/);
  });

  it("is refused by the plan too, with the same words", () => {
    const target = targetOf(yaml());
    const refused = kindOf(target).refusal?.(target, recordedWorkspace);
    expect(refused?.because).toBe("retired");
    expect(refused?.reason).toContain("2024-02-29");
  });

  it("is a warning with allow_retired, and nothing refuses it", () => {
    const allowed = yaml("allow_retired: true\n");
    expect(placesOf(readYaml(allowed).problems)).toEqual(["warning retired 2:7"]);
    const target = targetOf(allowed);
    expect(kindOf(target).refusal?.(target, recordedWorkspace)).toBeUndefined();
  });

  it("is then requested to the letter as by the first SDK", async () => {
    expect(await bodyOf(yaml("allow_retired: true\n"))).toEqual({
      location: "eastus",
      properties: {
        computeType: "DataLakeAnalytics",
        resourceId: dataId("Microsoft.DataLakeAnalytics/accounts", "adla1"),
      },
    });
  });

  it("fails validate with a reason of its own, without a network", async () => {
    const checkout = checkoutOf({ "azureml.yml": yaml() });
    const step = await runStep({
      checkout,
      inputs: { command: "validate", "subscription-id": recordedWorkspace.subscriptionId },
    });
    expect(step.exitCode).toBe(1);
    expect(step.outputs["failure-reason"]).toBe("retired");
  });

  it("that is attached is detached, although its declaration is an error for every other command", async () => {
    await using emulator = await newEmulator({ durations: { default: 0.1 } });
    await act(emulator, "apply", { "azureml.yml": yaml("allow_retired: true\n") });
    const applied = await act(emulator, "apply", { "azureml.yml": yaml() });
    expect(applied.outputs["failure-reason"]).toBe("retired");
    emulator.clearJournal();
    const detached = await act(emulator, "detach", { "azureml.yml": yaml() }, { inputs: { only: "v1-adla" } });
    expect(detached.exitCode).toBe(0);
    expect(writesIn(emulator.journal())).toEqual(["DELETE computes/v1-adla"]);
  });
});
