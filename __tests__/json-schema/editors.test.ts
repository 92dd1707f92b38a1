import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { startLanguageServer, type LanguageServer } from "../support/language-server.ts";
import { kinds } from "../../src/compute/target.ts";
import { deploymentTypes } from "../../src/deployment/deployment.ts";
import { nodeTypes } from "../../src/job/node/nodes.ts";

/** What an editor with the YAML language server shows; `|` is where the cursor is. */

let server: LanguageServer;
let ofJobs: LanguageServer;
beforeAll(async () => {
  server = await startLanguageServer("schema/azureml.schema.json");
  ofJobs = await startLanguageServer("schema/az-ml/commandJob.schema.json");
});
afterAll(async () => {
  await server.stop();
  await ofJobs.stop();
});

const cluster = "targets:\n  - name: cpu\n    type: amlcompute\n";
const managed = "deploy:\n  type: managed\n";

describe("an editor proposes", () => {
  const labels = async (marked: string) => (await server.complete(marked)).map(({ label }) => label);

  it("the types of targets, each with what it is", async () => {
    const items = await server.complete("targets:\n  - name: cpu\n    type: |\n");
    expect(items.map(({ label }) => label)).toEqual(Object.keys(kinds));
    for (const { documentation } of items) expect(documentation).toMatch(/^An? |^The |^A /);
  });

  it.each([
    { what: "the keys of the file", marked: "|\n", proposed: ["workspace", "targets", "run", "gates", "deploy"] },
    {
      what: "the keys of the target's own type",
      marked: `${cluster}    |\n`,
      proposed: ["size", "min_instances", "tier"],
    },
    { what: "the words of a key", marked: `${cluster}    tier: |\n`, proposed: ["dedicated", "low_priority"] },
    { what: "true and false", marked: `${cluster}    enable_node_public_ip: |\n`, proposed: ["true", "false"] },
    { what: "the keys of a run", marked: "run:\n  command: a\n  |\n", proposed: ["environment", "compute", "inputs"] },
    { what: "the types of deployments", marked: "deploy:\n  type: |\n", proposed: Object.keys(deploymentTypes) },
    {
      what: "the keys of a deployment",
      marked: `${managed}  |\n`,
      proposed: ["endpoint", "deployment", "strategy", "tests"],
    },
    { what: "strategies by their word", marked: `${managed}  strategy: |\n`, proposed: ["blue-green", "canary"] },
    {
      what: "the keys of a strategy",
      marked: `${managed}  strategy:\n    type: canary\n    |\n`,
      proposed: ["steps", "wait"],
    },
    {
      what: "the keys of az ml's document in it",
      marked: `${managed}  deployment:\n    |\n`,
      proposed: ["instance_type", "model"],
    },
    {
      what: "the types of steps",
      marked: "run:\n  type: pipeline\n  jobs:\n    a:\n      type: |\n",
      proposed: Object.keys(nodeTypes),
    },
    {
      what: "what makes a step",
      marked: "run:\n  type: pipeline\n  jobs:\n    a:\n      |\n",
      proposed: ["type", "component", "command"],
    },
    {
      what: "the forms of a reference to a secret",
      marked: "targets:\n  - type: hdinsight\n    ssh_settings:\n      admin_password:\n        |\n",
      proposed: ["env", "key_vault", "file"],
    },
    {
      what: "examples where there is no closed list",
      marked: "run:\n  command: a\n  compute: |\n",
      proposed: ["azureml:cpu-cluster", "local"],
    },
  ])("$what", async ({ marked, proposed }) => {
    expect(await labels(marked)).toEqual(expect.arrayContaining([...proposed]));
  });
});

describe("an editor shows", () => {
  it.each([
    [
      `${cluster}    min_inst|ances: 0\n`,
      "Nodes that are kept running, and billed, while the cluster is idle. Default: 0.",
    ],
    [`${cluster}    idle_time_before|_scale_down: 120\n`, "Seconds that a node stays idle before it is released."],
    [
      "targets:\n  - name: cpu\n    type: aml|compute\n",
      "`amlcompute`: A cluster that Azure Machine Learning creates and scales.",
    ],
    ["gates:\n  - metric: a\n    at_le|ast: 0.9\n", "The metric's last value has to be at least this."],
    [
      "run:\n  command: a\n  distribution:\n    type: pytorch\n    process_count|_per_instance: 2\n",
      "Processes on each machine",
    ],
    [`${managed}  strategy:\n    type: can|ary\n`, "`canary`: The new deployment gets more traffic step by step."],
    [`${managed}  keep_f|ailed: true\n`, "Whether a deployment that failed its tests stays"],
    ["limits:\n  qu|eue: 30m\n", "How long the run may wait for machines"],
  ])("%j: %s", async (marked, text) => {
    expect(await server.hover(marked)).toContain(text);
  });
});

describe("an editor marks", () => {
  it.each([
    {
      what: "an unknown key of a target",
      text: `${cluster}    min_instance: 0\n`,
      line: 3,
      marked: "min_instance",
      says: /min_instance is not allowed/,
    },
    {
      what: "an unknown type",
      text: "targets:\n  - name: cpu\n    type: amlcomputer\n",
      line: 2,
      marked: "amlcomputer",
      says: /Valid values: "local", /,
    },
    {
      what: "another word",
      text: `${cluster}    tier: fast\n`,
      line: 3,
      marked: "fast",
      says: /Valid values: "dedicated", "low_priority"/,
    },
    {
      what: "a text in place of a number",
      text: `${cluster}    max_instances: many\n`,
      line: 3,
      marked: "many",
      says: /Expected "integer"/,
    },
    {
      what: "an unknown key of a run",
      text: "run:\n  command: a\n  enviroment: x\n",
      line: 2,
      marked: "enviroment",
      says: /enviroment is not allowed/,
    },
    {
      what: "an unknown key of a step",
      text: "run:\n  type: pipeline\n  jobs:\n    a:\n      command: x\n      comand: y\n",
      line: 5,
      marked: "comand",
      says: /comand is not allowed/,
    },
    {
      what: "an unknown key of a deployment",
      text: `${managed}  strategie: canary\n`,
      line: 2,
      marked: "strategie",
      says: /strategie is not allowed/,
    },
    {
      what: "an unknown key of az ml's document in it",
      text: `${managed}  deployment:\n    name: blue\n    instance_type: s\n    instance_counts: 1\n`,
      line: 5,
      marked: "instance_counts",
      says: /instance_counts is not allowed/,
    },
    {
      what: "an unknown key of a gate",
      text: "gates:\n  - metric: a\n    at_lest: 1\n",
      line: 2,
      marked: "at_lest",
      says: /at_lest is not allowed/,
    },
    {
      what: "a secret in plain text",
      text: "targets:\n  - name: m\n    type: virtualmachine\n    ssh_settings:\n      admin_username: a\n      admin_password: geheim\n",
      line: 5,
      marked: "geheim",
      says: /A reference to the secret is expected here, never the secret itself: \{ env: NAME \}/,
    },
  ])("$what at its place, and nothing else", async ({ text, line, marked, says }) => {
    const [found, ...others] = await server.diagnose(text);
    expect(others).toEqual([]);
    const from = text.split("\n")[line]?.indexOf(marked) ?? -1;
    expect(found).toMatchObject({
      message: expect.stringMatching(says) as unknown,
      range: { start: { line, character: from }, end: { line, character: from + marked.length } },
    });
  });

  it("what is missing", async () => {
    const found = await server.diagnose("targets:\n  - type: amlcompute\n");
    expect(found.map(({ message }) => message)).toEqual([expect.stringMatching(/Missing property "name"/)]);
  });

  it("nothing in what is right, in whatever spelling az ml takes", async () => {
    const text = `${cluster}    tier: Low_Priority\n    max_instances: "4"\n    enable_node_public_ip: yes\n`;
    expect(await server.diagnose(text)).toEqual([]);
  });
});

describe("an editor of an az ml file", () => {
  it("knows the keys of that kind alone", async () => {
    const labels = (await ofJobs.complete("command: a\n|\n")).map(({ label }) => label);
    expect(labels).toEqual(expect.arrayContaining(["environment", "compute", "resources"]));
    expect(labels).not.toContain("targets");
    expect(await ofJobs.hover("command: a\nshm_size: 1\nresources:\n  shm_|size: 2g\n")).toContain("Shared memory");
    expect((await ofJobs.diagnose("command: a\nenviroment: x\n")).map(({ message }) => message)).toEqual([
      expect.stringMatching(/enviroment is not allowed/),
    ]);
  });
});
