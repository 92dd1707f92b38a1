import { describe, expect, it } from "@jest/globals";
import { join } from "node:path";
import { callLine } from "../support/call-line.ts";
import { checkoutOf } from "../support/step.ts";

const target = (name: string, more = "") => `  - { name: ${name}, type: amlcompute${more} }\n`;
const faulty = target("one", ", min_instances: 9");
const job = "command: echo\nenvironment: { image: u, conda_file: conda.yml }\ncompute: azureml:one\n";

/** Which files a call has something against, in order. */
async function complaints(
  files: Readonly<Record<string, string>>,
  changed: readonly string[],
  ...more: readonly string[]
) {
  const { out, err } = await callLine(checkoutOf(files), ["validate", "--changed", ...more, ...changed]);
  expect(err).toBe("");
  return [...out.matchAll(/^(\S+):\d+:\d+: error: .*\((\S+)\)$/gm)].map(
    ([, file = "", code = ""]) => `${file} ${code}`,
  );
}

describe("validate --changed", () => {
  it("checks a declaration that has changed", async () => {
    expect(await complaints({ "azureml.yml": `targets:\n${faulty}` }, ["azureml.yml"])).toEqual([
      "azureml.yml min-above-max",
    ]);
  });

  it("skips files that declare nothing, whatever is in them", async () => {
    const files = {
      "conda.yml": "dependencies: [python]\n",
      ".github/workflows/ci.yml": "on: push\njobs: {}\n",
      "package.json": '{ "name": "x" }',
      "broken.yml": "a: [1\n  b: }\n",
      "notes.txt": "to do\n",
    };
    const { exitCode, out } = await callLine(checkoutOf(files), [
      "validate",
      "--changed",
      ...Object.keys(files),
      "gone.yml",
    ]);
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: "validate: no problems in 0 files, 5 files skipped.\n" });
  });

  it("says nothing of a file that has not changed and refers to nothing that has", async () => {
    const files = { "azureml.yml": `targets:\n${faulty}`, "other/azureml.yml": `targets:\n${target("one")}` };
    expect(await complaints(files, ["other/azureml.yml"])).toEqual([]);
  });

  it("checks declarations that refer to a changed file, by whatever way and wherever they are", async () => {
    const files = {
      "team/azureml.yml": `targets:\n${faulty}run: jobs/train.yml\n`,
      "team/jobs/train.yml": job,
      "team/jobs/conda.yml": "dependencies: [python]\n",
    };
    expect(await complaints(files, ["team/jobs/conda.yml"])).toEqual(["team/azureml.yml min-above-max"]);
  });

  it("tells a file that another one still refers to, and that is gone", async () => {
    expect(
      await complaints({ "team/azureml.yml": `targets:\n${target("one")}run: train.yml\n` }, ["team/train.yml"]),
    ).toEqual(["team/azureml.yml missing-file"]);
  });

  it("does not take the declarations of two workspaces for duplicates of each other", async () => {
    const of = (name: string) =>
      `workspace: { subscription_id: 33333333-3333-4333-8333-333333333333, resource_group: rg, name: ${name} }\ntargets:\n${target("one")}`;
    const files = { "dev/azureml.yml": of("dev"), "prod/azureml.yml": of("prod") };
    expect(await complaints(files, Object.keys(files))).toEqual([]);
  });

  it("takes a deployment and its endpoint, each in a file of its own, for what they are", async () => {
    const files = {
      "deploy/endpoint.yml":
        "$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineEndpoint.schema.json\nname: clf\nauth_mode: key\n",
      "deploy/blue.yml":
        "$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json\nname: blue\nendpoint_name: clf\nmodel: azureml:clf:1\ninstance_type: Standard_DS3_v2\ninstance_count: 1\n",
    };
    expect(await complaints(files, ["deploy/blue.yml"])).toEqual([]);
    expect(
      await complaints({ ...files, "deploy/blue.yml": `${files["deploy/blue.yml"]}instance_cout: 1\n` }, [
        "deploy/blue.yml",
      ]),
    ).toEqual(["deploy/blue.yml unknown-key"]);
  });

  it("says once what several declarations would say", async () => {
    const files = {
      "a/azureml.yml": `targets: [../shared/one.yml]\n`,
      "b/azureml.yml": `targets: [../shared/one.yml]\n`,
      "shared/one.yml": "name: one\ntype: amlcompute\nmin_instances: 9\n",
    };
    expect(await complaints(files, ["shared/one.yml"])).toEqual(["shared/one.yml min-above-max"]);
  });

  it("reads what --config names in place of azureml.yml as one declaration, and paths from where it is called", async () => {
    const checkout = checkoutOf({
      "ml/targets.yml": `targets:\n${target("one")}`,
      "ml/more.yml": `targets:\n${target("ONE")}`,
    });
    const { out } = await callLine(checkout, [
      "validate",
      ...["--changed", "--working-directory", "ml", "--config", "targets.yml,more.yml", join("ml", "more.yml")],
    ]);
    expect(out).toContain("(duplicate-name)");
  });
});
