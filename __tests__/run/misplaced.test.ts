import { describe, expect, it } from "@jest/globals";
import { kinds, type Kind } from "../../src/compute/target.ts";
import { misplaced } from "../../src/run/misplaced.ts";
import { readJob } from "../../src/job/job.ts";
import { nodeOf } from "../support/documents.ts";
import { declare } from "../support/declare.ts";

const sizes = "driver_cores: 1, driver_memory: 2g, executor_cores: 1, executor_memory: 2g, executor_instances: 1";
const jobs = {
  command: "{ command: echo, environment: azureml:e:1, compute: there }",
  spark: `{ type: spark, entry: { file: azureml.yml }, conf: { ${sizes} }, compute: there }`,
};

/** The kinds on which a job of a type runs; every other kind refuses it. */
const runOn: Readonly<Record<keyof typeof jobs, readonly Kind[]>> = {
  command: ["local", "virtualmachine", "kubernetes", "amlcompute", "computeinstance", "hdinsight"],
  spark: ["synapsespark"],
};

const all = Object.keys(kinds) as readonly Kind[];
const pairs = (Object.keys(jobs) as readonly (keyof typeof jobs)[]).flatMap((job) =>
  all.map((kind) => ({ job, kind, isTaken: runOn[job].includes(kind) })),
);

function faultsOf(job: keyof typeof jobs, kind: Kind) {
  const { node } = nodeOf(jobs[job].replace("azureml.yml", "missing.py"));
  const read = node === undefined ? undefined : readJob(node).job;
  if (read === undefined) throw new Error("The job cannot be read.");
  return misplaced(read, () => kinds[kind]);
}

describe("a run whose compute is of a known kind", () => {
  it.each(pairs.filter(({ isTaken }) => isTaken))("$job runs on $kind", ({ job, kind }) => {
    expect(faultsOf(job, kind)).toEqual([]);
  });

  it.each(pairs.filter(({ isTaken }) => !isTaken))("$job is refused on $kind, with what runs it", ({ job, kind }) => {
    const [fault, ...others] = faultsOf(job, kind);
    expect(others).toEqual([]);
    expect(fault).toMatchObject({ code: "wrong-compute", severity: "error", where: { line: 1 } });
    expect(fault?.message).toContain(kinds[kind].label);
    for (const type of runOn[job]) expect(fault?.fix).toContain(type);
  });

  it("says of a service that has closed that nothing runs there", () => {
    expect(faultsOf("command", "datalakeanalytics")[0]?.message).toBe(
      "The compute 'there' is a Data Lake Analytics account, which runs nothing any more: its service has closed.",
    );
  });

  it("is not refused where nothing is known of its compute", () => {
    const { node } = nodeOf(jobs.spark);
    const job = node === undefined ? undefined : readJob(node).job;
    expect(job && misplaced(job, () => undefined)).toEqual([]);
  });
});

describe("a declared run", () => {
  const id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Databricks/workspaces/dbx";
  const databricks = `targets: [{ name: There, type: databricks, resource_id: ${id}, access_token: { env: TOKEN } }]\n`;

  it("is refused at its compute by what is declared, whatever the case of its name", async () => {
    const { problems } = await declare({ "azureml.yml": `${databricks}run: ${jobs.command}\n` });
    expect(problems.filter(({ code }) => code === "wrong-compute")).toMatchObject([
      {
        message:
          "The compute 'there' is a Databricks workspace, which takes the DatabricksStep of a v1 pipeline, and no command jobs.",
        where: { file: "azureml.yml", line: 2 },
      },
    ]);
  });

  it("is refused on the runner where only Azure ML runs it", async () => {
    const { problems } = await declare({ "azureml.yml": `run: ${jobs.spark.replace("there", "local")}\n` });
    expect(problems.map(({ code }) => code)).toContain("wrong-compute");
  });
});
