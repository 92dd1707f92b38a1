import { describe, expect, it } from "@jest/globals";
import { globSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Assets } from "../../src/azure/assets.ts";
import { succeeded } from "../../src/azure/outcome.ts";
import { readJob, type Job } from "../../src/job/job.ts";
import { submitJob, type JobSubmissionDeps } from "../../src/run/submit-job.ts";
import { sleepingClock } from "../support/clock.ts";
import { nodeOf } from "../support/documents.ts";
import { failing, jobsOf } from "../support/jobs.ts";
import { workspace } from "../support/targets.ts";

const secretValue = "value-of-the-secret";

/** A checkout that is the same on every machine. */
function checkout(): string {
  const folder = mkdtempSync(join(tmpdir(), "submit-"));
  mkdirSync(join(folder, "src"));
  mkdirSync(join(folder, "data"));
  writeFileSync(join(folder, "src", "train.py"), "print('trained')\n");
  writeFileSync(join(folder, "data", "a.csv"), "1,2\n");
  return folder;
}

function jobOf(yaml: string): Job {
  const { node } = nodeOf(yaml, checkout());
  const { job, problems } = node === undefined ? { problems: [] } : readJob(node);
  if (job === undefined) throw new Error(`The example declares no job: ${JSON.stringify(problems)}`);
  return job;
}

const never = () => Promise.reject(new Error("This is not asked for."));

/** A workspace that has nothing yet, and writes down what is asked of it. */
function deps(assets: Partial<Assets> = {}) {
  const jobs = jobsOf();
  const asked: string[] = [];
  const container = { url: "https://store/container", access: { by: "sas", token: "" } } as const;
  const given: JobSubmissionDeps = {
    jobs,
    v1: {
      pipelines: {} as JobSubmissionDeps["v1"]["pipelines"],
      runs: { start: never, describe: never },
      snapshots: { create: never },
      computes: { get: never },
      exclusively: never,
      newId: () => "id",
    },
    assets: {
      findCode: async () => succeeded(undefined),
      startCodeUpload: async () => succeeded(container),
      put: async (collection, name, version) => {
        asked.push(`put ${collection}`);
        return succeeded({ id: `id of ${collection}/${name.slice(0, 8)}/${version.slice(0, 8)}`, conflict: false });
      },
      get: async () => succeeded(undefined),
      idOf: async () => succeeded(undefined),
      list: async () => succeeded([]),
      versions: async () => succeeded({ latest: "3" }),
      ...assets,
    },
    blobs: {
      upload: async (_, files) => {
        asked.push(`upload ${files.map(({ name }) => name.split("/").at(-1)).join(", ")}`);
        return succeeded(undefined);
      },
      note: async () => succeeded(undefined),
      remove: async () => succeeded(undefined),
      metadata: async () => succeeded(undefined),
      setMetadata: async () => succeeded(undefined),
      reach: never,
      read: never,
      download: never,
      list: never,
      fetch: never,
    },
    datastores: {
      open: async () => succeeded(container),
      look: never,
    },
    workspaceId: workspace.id,
    resolveSecret: async () => secretValue,
    clock: sleepingClock(),
    signal: new AbortController().signal,
    onProgress: () => undefined,
    beforeSubmit: () => undefined,
  };
  return { given, jobs, asked };
}

async function submit(job: Job, { given, jobs }: ReturnType<typeof deps>, liveNames = new Map<string, string>()) {
  const outcome = await submitJob(
    {
      job,
      github: {
        event: "push",
        commit: "0123456789abcdef",
        ref: "refs/heads/main",
        repository: "octo/repo",
        runId: "1",
      },
      configuration: { declaration: "azureml.yml", jobFile: "jobs/train.yml" },
      workflowAttempt: "1-1",
      rerun: false,
      fallbackExperiment: "folder",
      liveNames,
    },
    given,
  );
  const [name = "", body] = [...jobs.bodies][0] ?? [];
  return { outcome, name, properties: (body as { properties: Record<string, unknown> } | undefined)?.properties ?? {} };
}

const everything = `
name: Everything
command: python train.py --data \${{inputs.data}} --rate \${{inputs.rate}}
code: src
environment: { image: ubuntu, conda_file: { dependencies: [python=3.10] } }
compute: azureml:cpu-cluster
inputs:
  data: { type: uri_folder, path: data }
  table: { type: mltable, path: azureml:table@latest }
  model: { type: mlflow_model, path: azureml:model:2 }
  rate: 0.1
outputs: { model: { type: mlflow_model } }
environment_variables: { LEVEL: info, TOKEN: { env: TOKEN } }
limits: { timeout: 60 }
`;

describe("the name of a run", () => {
  it.each([
    ["everything that a command job may have", everything, "everything-01234567-6d74bc473379"],
    ["an environment of the workspace", "command: x\nenvironment: azureml:env:1\n", "run-01234567-eb42c84d56e5"],
    [
      "an environment of its own",
      "command: x\nenvironment: { image: a }\ncompute: azureml:gpu\n",
      "run-01234567-62932bbbef7d",
    ],
  ])("stays what it has always been for %s", async (_, yaml, expected) => {
    expect((await submit(jobOf(yaml), deps())).name).toBe(expected);
  });

  it("knows a secret's place, and not its value", async () => {
    const other = deps();
    const first = await submit(jobOf(everything), deps());
    const second = await submit(jobOf(everything), {
      ...other,
      given: { ...other.given, resolveSecret: async () => "another value" },
    });
    expect(second.name).toBe(first.name);
    expect(first.properties["environmentVariables"]).toEqual({ LEVEL: "info", TOKEN: secretValue });
  });
});

describe("a submitted job", () => {
  it("has ids and addresses in place of what it uses", async () => {
    const { properties } = await submit(jobOf(everything), deps());
    expect(properties).toMatchObject({
      codeId: expect.stringMatching(/^id of codes\//) as unknown,
      environmentId: expect.stringMatching(/^id of environments\/CliV2Ano/) as unknown,
      computeId: `${workspace.id}/computes/cpu-cluster`,
      inputs: {
        data: {
          uri: expect.stringMatching(
            /^azureml:\/\/datastores\/workspaceblobstore\/paths\/LocalUpload\/[0-9a-f]{64}\/data\/$/,
          ) as unknown,
        },
        table: { uri: `${workspace.id}/data/table/versions/3` },
        model: { uri: `${workspace.id}/models/model/versions/2` },
        rate: { value: "0.1" },
      },
    });
  });

  it("is put on a compute by the name under which it is live", async () => {
    const live = new Map([["cpu-cluster", "adopted"]]);
    const { properties } = await submit(jobOf(everything), deps(), live);
    expect(properties["computeId"]).toBe(`${workspace.id}/computes/adopted`);
  });

  it("comes after everything that it uses", async () => {
    const workspaceDeps = deps();
    await submit(jobOf(everything), workspaceDeps);
    expect([...workspaceDeps.asked].sort()).toEqual([
      "put codes",
      "put environments",
      "upload a.csv",
      "upload train.py",
    ]);
  });

  it("uploads no code that the workspace has", async () => {
    const known = deps({ findCode: async () => succeeded("id of known code") });
    const { properties } = await submit(jobOf("command: x\ncode: src\nenvironment: azureml:env:1\n"), known);
    expect(properties["codeId"]).toBe("id of known code");
    expect(known.asked).toEqual([]);
  });

  it("is not sent when something that it uses cannot be had", async () => {
    const refusing = deps({ put: async () => failing("refused", { status: 403 }) });
    const { outcome, name } = await submit(jobOf(everything), refusing);
    expect(outcome).toMatchObject({ ok: false, failure: { status: 403 } });
    expect(name).toBe("");
  });

  it("is not sent when a reference leads to nothing", async () => {
    const empty = deps({ versions: async () => succeeded(undefined) });
    const { outcome } = await submit(jobOf(everything), empty);
    expect(outcome).toMatchObject({ ok: false, failure: { reason: "not-found", error: { code: "AssetNotFound" } } });
  });
});

it("submission, following and reporting name no type of job", () => {
  const files = [
    ...globSync("src/run/**/*.ts"),
    ...["train", "run-declared", "submit-run", "follow-run", "train-locally"].map((name) => `src/commands/${name}.ts`),
  ];
  expect(files.length).toBeGreaterThan(10);
  const naming = files.filter((file) => /"command"|CommandJob|job\/command/.test(readFileSync(file, "utf8")));
  expect(naming).toEqual([]);
});
