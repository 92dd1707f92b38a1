import { describe, expect, it } from "@jest/globals";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { takeFirstSdkSnapshot, type TreeNode } from "../../src/asset/upload/first-sdk-snapshot.ts";
import { graphOf, readJob } from "../../src/job/job.ts";
import { creationBody } from "../../src/job/v1-pipeline/creation.ts";
import { dataOf, dataSourceBody, dataSourceHash, type V1Graph } from "../../src/job/v1-pipeline/graph.ts";
import { moduleBody, moduleHash } from "../../src/job/v1-pipeline/module.ts";
import type { V1Step } from "../../src/job/v1-pipeline/step.ts";
import { isError } from "../../src/yaml/problem.ts";
import { readDocuments } from "../../src/yaml/yaml.ts";

type Members = Readonly<Record<string, unknown>>;
type Node = Members & {
  readonly Id: string;
  readonly ModuleId?: string;
  readonly DatasetId?: string;
  readonly Runconfig?: string;
};
type Recorded = {
  readonly modules: readonly (Members & {
    readonly StorageId?: string;
    readonly Properties: Readonly<Record<string, string>>;
  })[];
  readonly dataSources: readonly Members[];
  readonly snapshots: readonly {
    readonly id: string;
    readonly fileNames: readonly string[];
    readonly tree: Members;
    readonly sizes: Members;
  }[];
  readonly hashes: { readonly modules: readonly string[]; readonly dataSources: readonly string[] };
  readonly run: {
    readonly CreationInfo: Members;
    readonly Graph: {
      readonly ModuleNodes: readonly Node[];
      readonly DatasetNodes: readonly Node[];
      readonly Edges: readonly unknown[];
    };
    readonly GraphInterface: Members;
  };
};

/** What the official client sent for the pipelines of the folder. Its ids of modules are the hashes by which it found them. */
const folder = join(import.meta.dirname, "v1-pipelines");
const recorded = JSON.parse(readFileSync(join(folder, "recorded.json"), "utf8")) as Readonly<Record<string, Recorded>>;

const group = "/subscriptions/33333333-3333-4333-8333-333333333333/resourceGroups/rg-data/providers";
const computes = new Map([
  ["v1-dbx", { resourceId: `${group}/Microsoft.Databricks/workspaces/dbx1` }],
  ["v1-batch", { resourceId: `${group}/Microsoft.Batch/batchAccounts/batch1` }],
  ["v1-cluster", { scriptStepType: "AmlCompute" }],
]);

function computeOf(name: string) {
  return { name, ...computes.get(name) };
}

function read(name: string): V1Graph {
  const file = `${name}.yml`;
  const written = readFileSync(join(folder, file), "utf8");
  // The official client gives a data path without a name one at random: this is the one that was recorded.
  const text = written.replace(/( +)path_on_datastore: train\/2024/, "$&\n$1name: workspaceblobstore_0f93b6f7");
  const { documents } = readDocuments(text, { file, folder, root: folder });
  const [document] = documents;
  if (document === undefined) throw new Error(`${file} is empty.`);
  const { job, problems } = readJob({ document, path: [] });
  expect(problems.filter(isError)).toEqual([]);
  const graph = job === undefined ? undefined : graphOf(job);
  if (graph === undefined) throw new Error(`${file} is no pipeline of the first SDK.`);
  return graph;
}

const defaultDatastore = "workspaceblobstore";

async function factsOf(step: V1Step, properties = {}) {
  const taken = step.folder === undefined ? undefined : await takeFirstSdkSnapshot(step.folder.folder, folder);
  return {
    defaultDatastore,
    properties,
    ...(taken === undefined ? {} : { folderHash: taken.hash, snapshot: "snapshot" }),
  };
}

/** Hosts of images stand for the real one. */
function comparable(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body).replaceAll("mcr.microsoft.com", "images.example.com"));
}

/** Nodes by what they are, because their ids are the client's own; run configurations as values. */
function withoutNodeIds(run: Recorded["run"]) {
  const names = new Map<string, string>();
  for (const node of run.Graph.ModuleNodes) names.set(node.Id, `module ${String(node.ModuleId)}`);
  for (const node of run.Graph.DatasetNodes) names.set(node.Id, `data ${JSON.stringify({ ...node, Id: undefined })}`);
  let text = JSON.stringify(run);
  for (const [id, name] of names) text = text.replaceAll(JSON.stringify(id), JSON.stringify(name));
  const named = JSON.parse(text) as Recorded["run"];
  const byId = (a: Node, b: Node) => (a.Id < b.Id ? -1 : 1);
  return {
    ...named,
    Graph: {
      Edges: [...named.Graph.Edges].map((edge) => JSON.stringify(edge)).sort(),
      DatasetNodes: [...named.Graph.DatasetNodes].sort(byId),
      ModuleNodes: [...named.Graph.ModuleNodes].sort(byId).map((node) => ({
        ...node,
        Runconfig: node.Runconfig === undefined ? undefined : (JSON.parse(node.Runconfig) as unknown),
      })),
    },
  };
}

describe.each(Object.entries(recorded))("the recorded %s", (name, theirs) => {
  it("has the modules, under the names by which the service finds them again", async () => {
    const properties = theirs.modules[0]?.Properties ?? {};
    const { steps } = read(name);
    const bodies = await Promise.all(steps.map(async (step) => moduleBody(step, await factsOf(step, properties))));
    expect(bodies.map((body) => body["IdentifierHash"]).sort()).toEqual([...theirs.hashes.modules].sort());
    for (const module of theirs.modules) {
      const storage = module.StorageId === undefined ? {} : { StorageId: "snapshot" };
      const ours = bodies.find((body) => body["Name"] === module["Name"]);
      expect(comparable(ours)).toEqual(comparable({ ...module, ...storage }));
    }
  });

  it("has the data sources", () => {
    const bodies = dataOf(read(name)).map(dataSourceBody);
    expect(bodies.map((body) => body.IdentifierHash).sort()).toEqual([...theirs.hashes.dataSources].sort());
    for (const source of theirs.dataSources)
      expect(bodies.find((body) => body.Name === source["Name"])).toEqual(source);
  });

  it("has the graph, its parameters and what is said of the run", async () => {
    const graph = read(name);
    const hashes = new Map<V1Step, string>();
    for (const step of graph.steps) hashes.set(step, moduleHash(step, await factsOf(step)));
    const ours = creationBody(graph, {
      defaultDatastore,
      moduleIdOf: (step) => `hash ${hashes.get(step) ?? ""}`,
      dataSourceIdOf: (reference) => `hash ${dataSourceHash(reference)}`,
      computeOf,
      description: "",
    });
    expect(comparable(withoutNodeIds(ours))).toEqual(comparable(withoutNodeIds(theirs.run)));
  });

  it("has the snapshots of its folders", async () => {
    const { steps } = read(name);
    for (const snapshot of theirs.snapshots) {
      const module = theirs.modules.find(({ StorageId }) => StorageId === snapshot.id);
      const step = steps.find((one) => one.name === module?.["Name"]);
      const taken = await takeFirstSdkSnapshot(step?.folder?.folder ?? "", folder);
      expect(taken.files.map((file) => file.name)).toEqual(snapshot.fileNames);
      expect(withoutTimes(taken.tree)).toEqual(snapshot.tree);
      expect(Object.fromEntries(taken.files.map((file) => [file.name, file.bytes]))).toEqual(snapshot.sizes);
    }
  });
});

function withoutTimes({ timestamp: _, children, ...node }: TreeNode): Members {
  return {
    ...node,
    children: Object.fromEntries(Object.entries(children).map(([child, below]) => [child, withoutTimes(below)])),
  };
}
