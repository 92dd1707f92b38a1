import { describe, expect, it } from "@jest/globals";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { StepResult } from "../../demo/runner.ts";
import { seeded } from "../../emulator/settings.ts";
import { actIn, checkoutOf, type StepOptions } from "../support/step.ts";
import { useEmulator } from "../support/use-emulator.ts";

/** `validate` as the built action, with what it asks GitHub and what it writes for it. */
const emulator = useEmulator({});

const head = "a".repeat(40);
/** A repository whose declarations are in a folder of their own; both compute files have a mistake. */
const repository = () => {
  const checkout = checkoutOf({
    "ml/azureml.yml": "targets: [compute/*.yml]\n",
    "ml/compute/one.yml": "name: one-cluster\ntype: amlcompute\nwrong: 1\n",
    "ml/compute/two.yml": "name: two-cluster\ntype: amlcompute\nwrong: 1\n",
  });
  mkdirSync(join(checkout, ".git"));
  return checkout;
};

function validate(inputs: Readonly<Record<string, string>>, options: StepOptions = {}): Promise<StepResult> {
  return actIn(emulator, "validate", repository(), {
    event: { name: "pull_request", payload: { pull_request: { number: 7, head: { sha: head } } } },
    ...options,
    inputs: { comment: "false", "working-directory": "ml", ...inputs },
  });
}
const places = ({ annotations }: StepResult) =>
  annotations.flatMap(({ properties }) => (properties["file"] === undefined ? [] : [properties["file"]]));

it("puts annotations at paths of the repository, wherever the working directory is", async () => {
  expect(places(await validate({}))).toEqual(["ml/compute/one.yml", "ml/compute/two.yml"]);
});

describe("changed-only", () => {
  it("checks what the pull request changes, found page by page", async () => {
    const others = Array.from({ length: 230 }, (_, index) => `src/file-${index}.py`);
    emulator.putPullRequest({ number: 7, head, files: [...others, "ml/compute/two.yml"] });
    const step = await validate({ "changed-only": "true" });
    expect(places(step)).toEqual(["ml/compute/two.yml"]);
    expect(step.log.join("\n")).toContain(
      "these files have changed, or refer to files that have: azureml.yml, compute/two.yml.",
    );
    expect(emulator.journal().map(({ query }) => query["page"] ?? "1")).toEqual(["1", "2", "3"]);
  });

  it("succeeds where the pull request changes no declaration", async () => {
    emulator.putPullRequest({ number: 7, head, files: ["README.md"] });
    const step = await validate({ "changed-only": "true" });
    expect(step.exitCode).toBe(0);
    expect(step.log.join("\n")).toContain("the pull request changes no declaration file");
  });

  it("also counts a file by its former name", async () => {
    emulator.putPullRequest({
      number: 7,
      head,
      files: [{ path: "ml/old.yml", status: "renamed", before: "ml/compute/two.yml" }],
    });
    expect(places(await validate({ "changed-only": "true" }))).toEqual(["ml/compute/two.yml"]);
  });

  it.each([
    { when: "the token may not list them", status: 403, says: "pull-requests: read" },
    { when: "GitHub answers nonsense", status: 422, says: "status 422" },
  ])("validates everything with a warning when $when", async ({ status, says }) => {
    emulator.faults.add({ path: "/pulls/7/files$", kind: "status", status, times: 9, body: { message: "No" } });
    const step = await validate({ "changed-only": "true" });
    expect(places(step)).toHaveLength(2);
    const warnings = step.annotations.filter(({ severity }) => severity === "warning");
    expect(warnings).toEqual([expect.objectContaining({ message: expect.stringContaining(says) })]);
    expect(warnings[0]?.message).toContain("Every declaration was validated.");
  });

  it("validates everything with a warning when there are more files than GitHub lists", async () => {
    const files = Array.from({ length: 3000 }, (_, index) => `file-${index}`);
    emulator.putPullRequest({ number: 7, head, files });
    const step = await validate({ "changed-only": "true" });
    expect(places(step)).toHaveLength(2);
    expect(step.log.join("\n")).toContain("changes more files than GitHub lists (3000)");
  });

  it("validates everything outside of pull requests, and says so", async () => {
    const step = await validate({ "changed-only": "true" }, { event: { name: "push" } });
    expect(places(step)).toHaveLength(2);
    expect(step.annotations.filter(({ severity }) => severity === "notice")).toHaveLength(1);
    expect(emulator.journal()).toEqual([]);
  });

  it("needs only a token that reads", async () => {
    emulator.putPullRequest({ number: 7, head, files: ["ml/azureml.yml"] });
    const step = await validate({ "changed-only": "true", "github-token": seeded.githubReadToken });
    expect([places(step), step.exitCode]).toEqual([[], 0]);
  });
});

describe("sarif-path", () => {
  type Log = {
    readonly runs: readonly {
      readonly invocations: readonly unknown[];
      readonly results: readonly { readonly ruleId: string; readonly locations: readonly unknown[] }[];
    }[];
  };
  const read = (path: string) => JSON.parse(readFileSync(path, "utf8")) as Log;

  it("has the problems, with paths of the repository", async () => {
    const checkout = repository();
    const inputs = { "working-directory": "ml", "sarif-path": "out/problems.sarif" };
    await actIn(emulator, "validate", checkout, { inputs });
    const [run] = read(join(checkout, "ml/out/problems.sarif")).runs;
    expect(run?.invocations).toEqual([{ executionSuccessful: true }]);
    expect(run?.results).toHaveLength(2);
    expect(run?.results[0]).toMatchObject({
      ruleId: "unknown-key",
      level: "error",
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: "ml/compute/one.yml" },
            region: { startLine: 3, startColumn: 1 },
          },
        },
      ],
    });
  });

  it("has the places in JSON, and in the files that others name", async () => {
    const env = "environment: { image: images.example.com/train:1 }";
    const checkout = checkoutOf({
      "schedule.yml": "name: nightly\ntrigger: { type: cron, expression: 0 3 * * * }\ncreate_job: jobs/nightly.yml\n",
      "jobs/nightly.yml":
        "type: pipeline\nsettings: { default_compute: azureml:cpu }\njobs:\n  part: { component: part.yml }\n",
      "jobs/part.yml": `type: command\nname: part\nversion: "1"\ncommand: echo\n${env}\nresorces: {}\n`,
      ".cloud/.azure/compute.json":
        '{\n  "name": "cpu-cluster",\n  "compute_type": "amlcluster",\n  "max_node": 4\n}\n',
      ".cloud/.azure/workspace.json": '{\n  "name": "vision",\n  "resource_grup": "ml",\n  "resource_group": "ml"\n}\n',
      ".cloud/.azure/deploy.json": '{\n  "name": "clf",\n  "cpu_cores": "many"\n}\n',
      ".cloud/.azure/run.json": '{\n  "experiment_name": "e",\n  "runconfig_yaml_file": "code/train.runconfig"\n}\n',
      "code/train.runconfig": "script: train.py\ntarget: cpu-cluster\nnodeCount: some\n",
      "code/train.py": "",
      "code/deploy/score.py": "",
      "code/deploy/environment.yml": "dependencies: [python, pip, { pip: [azureml-defaults] }]\n",
    });
    const config = [
      "schedule.yml",
      ...["compute", "workspace", "deploy", "run"].map((name) => `.cloud/.azure/${name}.json`),
    ];
    const step = await actIn(emulator, "validate", checkout, {
      inputs: { config: config.join("\n"), "sarif-path": "problems.sarif" },
    });
    type Place = {
      physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number; startColumn: number } };
    };
    const results = read(join(checkout, "problems.sarif")).runs[0]?.results ?? [];
    const errors = results.filter((result) => (result as { level?: string }).level === "error");
    const placed = errors.map(({ locations }) => {
      const { artifactLocation, region } = (locations[0] as Place).physicalLocation;
      return `${artifactLocation.uri}:${region.startLine}:${region.startColumn}`;
    });
    expect(placed.sort()).toEqual([
      ".cloud/.azure/compute.json:4:3",
      ".cloud/.azure/deploy.json:3:16",
      ".cloud/.azure/workspace.json:3:3",
      "code/train.runconfig:3:12",
      "jobs/part.yml:6:1",
    ]);
    const annotated = step.annotations
      .filter(({ properties }) => properties["file"] !== undefined)
      .map(({ properties }) => `${properties["file"]}:${properties["line"]}:${properties["col"]}`);
    expect(annotated).toEqual(expect.arrayContaining(placed));
  });

  it("is written without results when all is well, to close old alerts", async () => {
    const checkout = checkoutOf({ "azureml.yml": "targets: [{ name: good-cluster, type: amlcompute }]\n" });
    await actIn(emulator, "validate", checkout, { inputs: { "sarif-path": "problems.sarif" } });
    expect(read(join(checkout, "problems.sarif")).runs[0]?.results).toEqual([]);
  });

  it("hides secrets, as the runner does in the log", async () => {
    const secret = "unknown-key-and-secret";
    const checkout = checkoutOf({ "azureml.yml": `targets: [{ name: a-cluster, type: amlcompute, ${secret}: 1 }]\n` });
    const inputs = { "sarif-path": "problems.sarif", "client-secret": secret };
    await actIn(emulator, "validate", checkout, { inputs });
    const written = readFileSync(join(checkout, "problems.sarif"), "utf8");
    expect(written).toContain("***");
    expect(written).not.toContain(secret);
  });

  it("is a failure that says so when it cannot be written", async () => {
    const checkout = checkoutOf({ "azureml.yml": "targets: [{ name: good-cluster, type: amlcompute }]\n" });
    const step = await actIn(emulator, "validate", checkout, { inputs: { "sarif-path": "azureml.yml/x.sarif" } });
    expect(step.exitCode).toBe(1);
    expect(step.annotations.at(-1)?.message).toContain("The SARIF file could not be written");
  });
});
