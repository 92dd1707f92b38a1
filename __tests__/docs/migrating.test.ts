import { describe, expect, it } from "@jest/globals";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { toRequest } from "../../src/compute/target.ts";
import type { Workspace } from "../../src/azure/workspace.ts";
import { formatProblem, isError } from "../../src/yaml/problem.ts";
import { declare } from "../support/declare.ts";
import { blocksOf, root } from "../support/documentation.ts";

/** What docs/migrating.md shows before and after comes to the same request. */
const page = readFileSync(join(root, "docs/migrating.md"), "utf8");
const blocks = blocksOf("docs/migrating.md").map(({ text }) => text);

/** The only block that begins so. */
function block(begin: string, after = ""): string {
  const found = blocks.filter((text) => text.startsWith(begin) && text.includes(after));
  expect(found).toHaveLength(1);
  return found[0] ?? "";
}

const workspace = { subscriptionId: "S", resourceGroup: "g", name: "w", location: "eastus" } as Workspace;

async function requestOf(files: Readonly<Record<string, string>>, config = ["azureml.yml"]): Promise<unknown> {
  const { targets, problems } = await declare(files, { config, subscriptionId: "S" });
  expect(problems.filter(isError).map(formatProblem)).toEqual([]);
  const [target] = targets;
  if (target === undefined) throw new Error("Nothing is declared.");
  return toRequest(target, workspace, () => Promise.reject(new Error("There is no secret in it.")));
}

describe("The guide for migrating", () => {
  it("shows a compute.json whose target makes the cluster that the file describes", async () => {
    const old = JSON.parse(block("{")) as Readonly<Record<string, unknown>>;
    expect(await requestOf({ "azureml.yml": block("# azureml.yml", "cpu-cluster") })).toMatchObject({
      properties: {
        computeType: "AmlCompute",
        properties: {
          vmSize: old["vm_size"],
          scaleSettings: {
            minNodeCount: old["min_nodes"],
            maxNodeCount: old["max_nodes"],
            nodeIdleTimeBeforeScaleDown: `PT${Number(old["idle_seconds_before_scaledown"]) / 60}M`,
          },
        },
      },
    });
  });

  it("says truly that the compute.json comes to the same request as it is, by itself and below targets", async () => {
    const file = block("{");
    const after = await requestOf({ "azureml.yml": block("# azureml.yml", "cpu-cluster") });
    expect(await requestOf({ "compute.json": file }, ["compute.json"])).toEqual(after);
    expect(await requestOf({ "compute.json": file, "azureml.yml": "targets: [compute.json]\n" })).toEqual(after);
  });

  it("shows an az ml compute file that comes to the same request by itself and below targets", async () => {
    const file = block("# compute.yml");
    const after = await requestOf({ "compute.yml": file, "azureml.yml": block("# azureml.yml", "- compute.yml") });
    expect(after).toEqual(await requestOf({ "compute.yml": file }, ["compute.yml"]));
  });

  it("shows a model file that is valid", async () => {
    const files = { "model.yml": block("# model.yml"), "model/model.pkl": "x" };
    const { assets, problems } = await declare(files, { config: ["model.yml"] });
    expect(problems.filter(isError).map(formatProblem)).toEqual([]);
    expect(assets.map(({ kind, name }) => ({ kind, name }))).toEqual([{ kind: "model", name: "clf" }]);
  });

  it("reads an endpoint and a deployment of az ml as what the mapping that it shows says", async () => {
    const files = {
      "endpoint.yml":
        "$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineEndpoint.schema.json\nname: ep-one\nauth_mode: key\n",
      "blue.yml":
        "$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json\nname: blue\nendpoint_name: ep-one\nmodel: azureml:clf:1\ninstance_type: Standard_DS3_v2\ninstance_count: 1\n",
    };
    expect(page).toContain("deploy: { type: managed, endpoint: endpoint.yml, deployment: blue.yml }");
    const mapping = "deploy: { type: managed, endpoint: endpoint.yml, deployment: blue.yml }\n";
    const byMapping = await declare({ ...files, "azureml.yml": mapping }, { subscriptionId: "S" });
    const byFiles = await declare(files, { config: [], deploy: ["endpoint.yml", "blue.yml"], subscriptionId: "S" });
    const told = ({ deployments, problems }: typeof byFiles) => {
      expect(problems.filter(isError).map(formatProblem)).toEqual([]);
      return deployments.map((deployment) => JSON.parse(JSON.stringify(deployment, withoutPlaces)) as unknown);
    };
    expect(told(byMapping)).toEqual(told(byFiles));
    expect(told(byFiles)).toHaveLength(1);
  });

  it.each([
    [
      "aml-compute",
      "compute_type vm_size vm_priority min_nodes max_nodes idle_seconds_before_scaledown vnet_resource_group_name vnet_name subnet_name admin_username admin_user_password admin_user_ssh_key remote_login_port_public_access agent_count location service_cidr dns_service_ip docker_bridge_cidr cluster_purpose ssl_cname ssl_cert_pem_file ssl_key_pem_file load_balancer_type load_balancer_subnet",
    ],
    [
      "aml-registermodel",
      "model_file_name model_name model_framework model_framework_version model_tags model_properties model_description datasets sample_input_dataset sample_output_dataset pipeline_child_run_name cpu_cores memory_gb metrics_max metrics_min force_registration",
    ],
  ])("maps every key of %s", (action, keys) => {
    const [, section = ""] = page.split(new RegExp(`^### \`${action}\``, "m"));
    const [own = ""] = section.split(/^### /m);
    expect(keys.split(" ").filter((key) => !own.includes(`\`${key}\``))).toEqual([]);
  });
});

/** Where something is written is not what it says. */
function withoutPlaces(key: string, value: unknown): unknown {
  return ["source", "document", "at", "where", "places", "settings"].includes(key) ? undefined : value;
}
