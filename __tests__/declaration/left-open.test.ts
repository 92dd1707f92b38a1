import { describe, expect, it } from "@jest/globals";
import { declare } from "../support/declare.ts";

const deployJson = {
  "deploy.json": '{ "name": "clf", "cpu_cores": 1, "memory_gb": 1 }',
  "code/deploy/score.py": "",
  "code/deploy/environment.yml": "dependencies: [python, pip, { pip: [azureml-defaults] }]\n",
};
const online = {
  "blue.yml":
    "$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json\nname: blue\nmodel: azureml:clf:1\ninstance_type: Standard_DS3_v2\ninstance_count: 1\n",
};
const batch = {
  "batch.yml":
    "$schema: https://azuremlschemas.azureedge.net/latest/modelBatchDeployment.schema.json\nname: batch\nendpoint_name: clf-batch\ntype: model\nmodel: azureml:clf:1\n",
};

describe.each([
  ["the endpoint of an az ml deployment", online, "blue.yml", "endpoint_name"],
  ["the cluster of an az ml batch deployment", batch, "batch.yml", "compute"],
  ["the model of a deploy.json", deployJson, "deploy.json", "model"],
])("%s, which is given when the file is used", (_, files, file, key) => {
  const said = async (request: Parameters<typeof declare>[1]) =>
    (await declare(files, { github: { repository: "octo-org/clf", ref: "refs/heads/main" }, ...request })).problems
      .filter(({ code }) => code === "missing-key")
      .map(({ severity, message, fix }) => [severity, `${message} ${fix}`]);

  it("is no error of the file for validate", async () => {
    expect(await said({ config: [file], isCheck: true })).toEqual([
      ["notice", expect.stringMatching(`^The file leaves ${key} open\\. .*deploy\\.${key}=`)],
    ]);
  });

  it("is missing where the file is to be deployed", async () => {
    expect(await said({ config: [file] })).toEqual([["error", expect.anything()]]);
    expect(await said({ config: [], deploy: [file], isCheck: true })).toEqual([["error", expect.anything()]]);
  });
});

it("leaves another deployment alone: a notice is for the file that is checked by itself", async () => {
  const { problems } = await declare(
    { ...online, "azureml.yml": "deploy: { deployment: blue.yml }\n" },
    { isCheck: true },
  );
  expect(problems.map(({ severity, code }) => [severity, code])).toEqual([["error", "missing-key"]]);
});
