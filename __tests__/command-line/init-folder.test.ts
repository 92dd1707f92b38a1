import { describe, expect, it } from "@jest/globals";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { callLine } from "../support/call-line.ts";
import { checkoutOf } from "../support/step.ts";

const schemas = "https://azuremlschemas.azureedge.net/latest";
const files = {
  "compute/cpu.yml": `$schema: ${schemas}/amlCompute.schema.json\nname: cpu\ntype: amlcompute\nmax_instances: 2\n`,
  "compute/laptop.yml":
    "name: dsvm\ntype: virtualmachine\nresource_group: rg\nsubscription_id: 33333333-3333-4333-8333-333333333333\nvm_name: dsvm\nssh_settings: { admin_username: a, admin_password: { env: VM_PASSWORD } }\n",
  "jobs/train.yml": `$schema: ${schemas}/commandJob.schema.json\ncommand: python train.py\ncode: src\nenvironment: { image: u, conda_file: conda.yml }\ncompute: azureml:cpu\n`,
  "jobs/src/train.py": "",
  "jobs/conda.yml": "name: train\ndependencies: [python=3.11]\n",
  "deploy/endpoint.yml": `$schema: ${schemas}/managedOnlineEndpoint.schema.json\nname: clf\nauth_mode: key\n`,
  "deploy/blue.yml": `$schema: ${schemas}/managedOnlineDeployment.schema.json\nname: blue\nendpoint_name: clf\nmodel: azureml:clf:1\ninstance_type: Standard_DS3_v2\ninstance_count: 1\n`,
  "environments/base.yml": `$schema: ${schemas}/environment.schema.json\nname: base\nimage: ubuntu\n`,
  "schedule.yml": `$schema: ${schemas}/schedule.schema.json\nname: nightly\ntrigger: { type: cron, expression: "0 2 * * *" }\ncreate_job: azureml:job\n`,
  ".github/workflows/ci.yml": "on: push\njobs: {}\n",
  "node_modules/x/compute.yml": "name: other\ntype: amlcompute\n",
};
const workspace = {
  ".azure/config":
    "[core]\noutput = table\n\n[defaults]\ngroup = rg-ml\nworkspace=vision\n\n[other]\nworkspace = none\n",
  "config.json":
    '{ "subscription_id": "33333333-3333-4333-8333-333333333333", "resource_group": "other", "workspace_name": "other" }',
};

async function initIn(more: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const checkout = checkoutOf(more);
  const init = await callLine(checkout, ["init", ...args]);
  const text = () => readFileSync(join(checkout, "azureml.yml"), "utf8");
  return { checkout, init, text };
}

describe("init in a folder of az ml files", () => {
  it("refers to each file by its path, and the result is valid", async () => {
    const { checkout, init, text } = await initIn({ ...files, ...workspace });
    expect(init).toEqual({
      exitCode: 0,
      err: "",
      out: "Wrote azureml.yml.\nIt refers to 2 compute files, 1 job file and 2 files of deployments.\nNext: azureml-targets validate.\n",
    });
    expect(text())
      .toBe(`# yaml-language-server: $schema=https://raw.githubusercontent.com/OWNER/azureml-targets/v1/schema/azureml.schema.json
# Written by azureml-targets init from the files of this repository.

workspace:
  subscription_id: 33333333-3333-4333-8333-333333333333
  resource_group: rg-ml
  name: vision

targets:
  - compute/cpu.yml
  - compute/laptop.yml

run: jobs/train.yml

deploy:
  - deploy/blue.yml
  - deploy/endpoint.yml

# Environments, components, data and models are registered when the input config names their files too:
# - environments/base.yml

# Not referred to:
# - schedule.yml: an az ml schedule, which is only checked.
`);
    const { exitCode, out } = await callLine(checkout, ["validate"]);
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: "validate: no problems in 6 files.\n" });
  });

  it("writes paths from where the file is, and takes the workspace from options first", async () => {
    const { checkout } = await initIn(
      { ...files, ...workspace },
      ...["--output", "ml/targets.yml", "--workspace", "speech"],
    );
    const text = readFileSync(join(checkout, "ml/targets.yml"), "utf8");
    expect(text).toContain("  name: speech\n");
    expect(text).toContain("run: ../jobs/train.yml\n");
    expect((await callLine(checkout, ["validate", "ml/targets.yml"])).exitCode).toBe(0);
  });

  it("says what of the workspace is not known, and how to give it", async () => {
    const { text, checkout } = await initIn({ "cpu.yml": files["compute/cpu.yml"] });
    expect(text()).toContain(
      "# Not found: subscription_id, resource_group, name. Write them below workspace:, or set ",
    );
    expect(text()).not.toMatch(/^workspace:/m);
    expect((await callLine(checkout, ["validate"])).exitCode).toBe(0);
  });

  it("leaves the choice among several jobs to a person", async () => {
    const { text } = await initIn({ "a.yml": files["jobs/train.yml"], "b.yml": files["jobs/train.yml"] });
    expect(text()).toContain("# run: a.yml\n# run: b.yml\n");
    expect(text()).not.toMatch(/^run:/m);
  });

  it("finds the files of the first SDK where they are", async () => {
    const { text } = await initIn({
      ".cloud/.azure/run.json": '{ "experiment_name": "e", "runconfig_yaml_file": "train.runconfig" }',
      ".cloud/.azure/workspace.json": '{ "name": "vision", "resource_group": "rg-ml" }',
      ".cloud/.azure/deploy.json": '{ "name": "clf", "deployment_compute_target": "aci" }',
    });
    expect(text()).toContain("run: .cloud/.azure/run.json\n");
    expect(text()).toContain("deploy:\n  - .cloud/.azure/deploy.json\n");
    expect(text()).toContain("  resource_group: rg-ml\n  name: vision\n");
    expect(text()).toContain("# Not found: subscription_id. Write it below");
  });

  it("keeps odd names of files what they are", async () => {
    const name = "on: # it's.yml";
    const { checkout, text } = await initIn({ [name]: files["compute/cpu.yml"] });
    expect(text()).toContain(`  - "${name}"\n`);
    expect((await callLine(checkout, ["validate"])).exitCode).toBe(0);
  });

  it("never overwrites a file unless it is told to, and then does not refer to it", async () => {
    const more = { ...files, "azureml.yml": "targets: [compute/cpu.yml]\n" };
    const refused = await initIn(more);
    expect(refused.init.exitCode).toBe(1);
    expect(refused.init.out).toContain(
      "azureml.yml exists already, and was left as it is. Overwrite it with --force, or name another file with --output.",
    );
    expect(refused.text()).toBe(more["azureml.yml"]);
    const forced = await initIn(more, "--force");
    expect(forced.init.exitCode).toBe(0);
    expect(forced.text()).not.toContain("azureml.yml");
  });

  it("prints to standard output alone where that is asked", async () => {
    const { init, text } = await initIn(files, "--output", "-");
    expect(init.out).toMatch(/^# yaml-language-server: [\s\S]*- schedule\.yml: [^\n]*\n$/);
    expect(init.err).toContain("Next: azureml-targets validate.");
    expect(text).toThrow("ENOENT");
  });

  it("says so where there is nothing to declare, and where it may not write", async () => {
    const empty = await initIn({ "readme.md": "" });
    expect(empty.init.exitCode).toBe(1);
    expect(empty.init.out).toContain("No file here declares a compute, a job, an endpoint or a deployment.");
    const outside = await initIn(files, "--output", "../azureml.yml");
    expect(outside.init.exitCode).toBe(1);
    expect(outside.init.out).toContain("../azureml.yml is outside the folder of the declarations.");
  });
});
