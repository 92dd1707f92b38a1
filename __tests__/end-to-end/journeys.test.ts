import { describe, expect, it } from "@jest/globals";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { sharedEnvironments } from "../../emulator/serving/environment.ts";
import { findPython } from "../../src/run/on-runner/virtual-environment.ts";
import { blocksOf, filesOf, root } from "../support/documentation.ts";
import { issueKeeper } from "../support/issue-keeper.ts";
import { actIn, checkoutOf, password, writesIn } from "../support/step.ts";
import { useEmulator } from "../support/use-emulator.ts";
import { runWorkflow, type Event, type JobRun } from "../support/workflow.ts";

/**
 * Every guide, followed as it is written: its files in an empty folder, its workflow run for its event, and what it says one
 * sees. Text blocks of a guide are lines of the log, with `…` for what differs from run to run.
 */
const stateFolder = mkdtempSync(join(tmpdir(), "journeys-"));
// Environments of jobs are made once for a machine, like those of what is served.
mkdirSync(sharedEnvironments, { recursive: true });
mkdirSync(join(stateFolder, "jobs"));
symlinkSync(sharedEnvironments, join(stateFolder, "jobs", "environments"));
const emulator = useEmulator({ stateFolder, serving: "light", durations: { default: 0.1 } });

const guide = (name: string) => follow(`docs/guides/${name}.md`);

/** @param others files that the page leaves to its readers. */
function follow(document: string, others: Readonly<Record<string, string>> = {}) {
  const files = { ...filesOf(document), ...others };
  const workflows = Object.keys(files).filter((path) => path.startsWith(".github/workflows/"));
  const [first = ""] = workflows;
  const checkout = checkoutOf(files);
  const text = (path: string) => readFileSync(join(checkout, path), "utf8");
  return {
    checkout,
    /** Puts other words into a file, which have to be there. */
    change: (path: string, from: string, to: string) => {
      expect(text(path)).toContain(from);
      writeFileSync(join(checkout, path), text(path).replace(from, to));
    },
    run: (
      event: Event,
      options: { readonly workflow?: string; readonly inputs?: object; readonly programs?: string } = {},
    ) => {
      const { workflow = first, inputs = {}, ...others } = options;
      return runWorkflow(emulator, text(workflow), { checkout, event, inputs: { ...inputs }, ...others });
    },
    /** The text blocks, in order. */
    seen: blocksOf(document)
      .filter(({ language }) => language === "text")
      .map(({ text: block }) => block.trimEnd().split("\n")),
  };
}

/** Says which lines are not in the log, and shows it. */
function expectSeen({ log }: JobRun, lines: readonly string[] = []): void {
  expect(lines.length).toBeGreaterThan(0);
  const missing = lines.filter((line) => {
    const pattern = line.split("…").map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
    return !log.some((logged) => new RegExp(`^${pattern.join(".*")}$`).test(logged.trimEnd()));
  });
  expect({ missing, log: missing.length === 0 ? [] : log }).toEqual({ missing: [], log: [] });
}

type Results = Readonly<Record<string, JobRun["result"]>>;

/** Shows the logs where a job has not ended so. */
function expectResults(jobs: Readonly<Record<string, JobRun>>, expected: Results): void {
  const results = Object.fromEntries(Object.entries(jobs).map(([name, { result }]) => [name, result]));
  const logs = isDeepStrictEqual(results, expected) ? [] : Object.values(jobs).flatMap(({ log }) => log);
  expect({ results, logs }).toEqual({ results: expected, logs: [] });
}

const outputsOf = (job: JobRun | undefined) => job?.steps.at(-1)?.outputs ?? {};

function pullRequest(action: string, from = "octo-org/octo-repo", commit = "1".repeat(40)): Event {
  const head = { ref: "topic", sha: commit, repo: { full_name: from } };
  const base = { ref: "main", sha: "0".repeat(40), repo: { full_name: "octo-org/octo-repo" } };
  emulator.putPullRequest({ number: 7, head: commit, files: [] });
  return {
    name: "pull_request",
    ref: "refs/pull/7/merge",
    commit,
    payload: { action, number: 7, pull_request: { number: 7, head, base, user: { login: "somebody" } } },
  };
}
const push = (commit: string): Event => ({
  name: "push",
  ref: "refs/heads/main",
  commit,
  payload: { ref: "refs/heads/main" },
});
const byHand: Event = { name: "workflow_dispatch" };

describe("the guide", () => {
  it("pull-request-check: validated and planned, with one comment; a mistake is annotated at its line", async () => {
    const { run, seen, change } = guide("pull-request-check");
    const jobs = await run(pullRequest("opened"));
    expectResults(jobs, { validate: "success", plan: "success" });
    expectSeen(jobs["plan"]!, seen[0]);
    expect(emulator.comments(7).map(({ body }) => body.includes("cpu-cluster"))).toEqual([true]);
    expect(writesIn(emulator.journal())).toEqual([]);

    const fork = await run(pullRequest("opened", "somebody/octo-repo"));
    expectResults(fork, { validate: "success", plan: "skipped" });

    change("azureml.yml", "max_instances: 4", "max_instance: 4");
    const wrong = await run(pullRequest("synchronize"));
    expectResults(wrong, { validate: "failure", plan: "skipped" });
    expectSeen(wrong["validate"]!, seen[1]);
  });

  it("attach: both are attached once, and the second time nothing is written", async () => {
    const { run, seen } = guide("attach");
    const { attach: first } = await run(push("a".repeat(40)));
    expectSeen(first!, seen[0]);
    expect(writesIn(emulator.journal()).toSorted()).toEqual(["PUT computes/dsvm", "PUT computes/team-a"]);

    emulator.clearJournal();
    const { attach: second } = await run(push("b".repeat(40)));
    expectSeen(second!, seen[1]);
    expect(writesIn(emulator.journal())).toEqual([]);
  });

  it("nightly-drift: an issue while something differs, one, and closed when nothing does", async () => {
    const { run, seen, checkout } = guide("nightly-drift");
    const programs = mkdtempSync(join(tmpdir(), "gh-"));
    const issues = issueKeeper(programs);
    expect((await actIn(emulator, "apply", checkout)).exitCode).toBe(0);
    const asDeclared = await run(byHand, { programs });
    expectResults(asDeclared, { drift: "success" });
    expect(issues.done()).toEqual([]);

    const [cluster] = emulator.computes();
    const properties = cluster!.properties as { readonly properties: { readonly scaleSettings: object } };
    const scaleSettings = { ...properties.properties.scaleSettings, maxNodeCount: 8 };
    emulator.putCompute({
      ...cluster!,
      properties: { ...properties, properties: { ...properties.properties, scaleSettings } },
    });
    for (let night = 1; night <= 2; night += 1) {
      const drifted = await run(byHand, { programs });
      expectResults(drifted, { drift: "failure" });
      expectSeen(drifted["drift"]!, seen[0]);
    }
    expect(issues.done()).toEqual(["issue create", "issue edit"]);
    expect(issues.body()).toContain("8 → 4");

    const { exitCode } = await actIn(emulator, "apply", checkout, { inputs: { "on-drift": "update" } });
    expect(exitCode).toBe(0);
    expectResults(await run(byHand, { programs }), { drift: "success" });
    expect(issues.done()).toEqual(["issue create", "issue edit", "issue close"]);
  });

  it("clean-up: the pull request's cluster is made once and deleted; the button detaches what was attached", async () => {
    const { run, seen, checkout } = guide("clean-up");
    const workflow = (name: string) => `.github/workflows/azureml-${name}.yml`;
    const opened = await run(pullRequest("opened"), { workflow: workflow("pull-request-cluster") });
    expectResults(opened, { create: "success", delete: "skipped" });
    const again = await run(pullRequest("synchronize"), { workflow: workflow("pull-request-cluster") });
    expect(outputsOf(again["create"])["changed"]).toBe("false");
    const closed = await run(pullRequest("closed"), { workflow: workflow("pull-request-cluster") });
    expectResults(closed, { create: "skipped", delete: "success" });
    expectSeen(closed["delete"]!, seen[0]);
    expect(writesIn(emulator.journal())).toEqual(["PUT computes/pr-7-cpu", "DELETE computes/pr-7-cpu"]);

    expect((await actIn(emulator, "apply", checkout, { environment: { DSVM_PASSWORD: password } })).exitCode).toBe(0);
    const detached = await run(byHand, {
      workflow: workflow("clean-up"),
      inputs: { targets: "dsvm", delete: false },
    });
    expectSeen(detached["detach"]!, seen[1]);
    expect(emulator.computes()).toEqual([]);
  });
});

const answer = { predictions: [3, 7] };

it("the README's files and workflow are a plan on a pull request, and nothing is written", async () => {
  const { run } = follow("README.md", {
    "compute/one-more.yml": "name: one-more\ntype: amlcompute\nsize: Standard_DS3_v2\n",
    "jobs/train.yml": "command: echo 1\nenvironment: { image: ubuntu }\ncompute: azureml:cpu-cluster\n",
  });
  const jobs = await run(pullRequest("opened"));
  expectResults(jobs, { azureml: "success" });
  expect(outputsOf(jobs["azureml"])).toMatchObject({ "to-create": "2", "to-attach": "1" });
  const asked = emulator
    .journal()
    .filter(({ path }) => !/\/(token|comments)$/.test(path) && !path.startsWith("/_github/"));
  expect(asked.filter(({ method }) => !["GET", "HEAD"].includes(method))).toEqual([]);
});

describe("the guide of a release", () => {
  /** What the guide's own script answers to the request of its tests: scorers say the same. */
  function expectAnswerOf(checkout: string): void {
    const ask =
      "import json, score; score.init(); print(json.dumps(score.run(json.dumps({'data': [[1, 2], [3, 4]]}))))";
    const said = execFileSync("python3", ["-c", ask], {
      cwd: join(checkout, "src"),
      encoding: "utf8",
      env: { ...process.env, AZUREML_MODEL_DIR: join(checkout, "model") },
    });
    expect(JSON.parse(said)).toEqual(answer);
  }

  it("release-services: ACI, then AKS with the same version of the model; a failed test stops before AKS", async () => {
    const { run, seen, checkout, change } = guide("release-services");
    expectAnswerOf(checkout);
    for (const service of ["clf-aci", "clf-aci-c", "clf-aks", "clf-aks-c"])
      emulator.putServiceScorer(service, { answer });
    const first = await run(push("a".repeat(40)));
    expect(first["staging"]?.outputs).toEqual({ version: "1" });
    expectSeen(first["staging"]!, seen[0]);
    expectSeen(first["production"]!, seen[1]);
    expect(writesIn(emulator.journal())).toEqual(["PUT computes/scoring"]);

    change("src/score.py", "intercept + sum", "1 + intercept + sum");
    for (const service of ["clf-aci", "clf-aci-c"])
      emulator.putServiceScorer(service, { answer: { predictions: [0, 0] } });
    const wrong = await run(push("b".repeat(40)));
    expectResults(wrong, { staging: "failure", production: "skipped" });
    expect(outputsOf(wrong["staging"])["failure-reason"]).toBe("smoke-test-failed");
  });

  it("release-online: staging, then production step by step; a failed test leaves the traffic", async () => {
    const { run, seen, checkout, change } = guide("release-online");
    expectAnswerOf(checkout);
    for (const endpoint of ["clf-staging", "clf-production"])
      for (const deployment of ["blue", "green"]) emulator.putScorer(endpoint, deployment, { answer });
    const first = await run(push("a".repeat(40)));
    expectResults(first, { staging: "success", production: "success" });
    expectSeen(first["staging"]!, seen[0]);

    change("production.yml", "instance_count: 3", "instance_count: 4");
    const next = await run(push("b".repeat(40)));
    expectSeen(next["production"]!, seen[1]);
    const shares = emulator
      .endpointTraffic()
      .filter(({ endpoint }) => endpoint === "clf-production")
      .map(({ traffic }) => traffic);
    expect(shares.filter((one, index) => !isDeepStrictEqual(one, shares[index - 1]))).toEqual(
      expect.arrayContaining([{ blue: 100 }, { blue: 90, green: 10 }, { green: 100 }]),
    );

    change("production.yml", "instance_count: 4", "instance_count: 5");
    emulator.putScorer("clf-production", "blue", { answer: { predictions: [0, 0] } });
    const wrong = await run(push("c".repeat(40)));
    expect(outputsOf(wrong["production"])["failure-reason"]).toBe("smoke-test-failed");
    expect(emulator.endpointTraffic().at(-1)?.traffic).toEqual({ green: 100 });
  });
});

/** Where there is no Python these say nothing: `npm test` shows them as skipped. */
const wherePython = (await findPython(process.env["PATH"] ?? "")) === undefined ? describe.skip : describe;

wherePython("the guide of a run", () => {
  const long = 300_000;

  it(
    "train-on-push: main trains; a pull request that is worse is red by its gate",
    async () => {
      const { run, seen, change } = guide("train-on-push");
      const { train } = await run(push("a".repeat(40)));
      expectSeen(train!, seen[0]);
      expect(outputsOf(train)["run-status"]).toBe("Completed");
      expect(existsSync(join(outputsOf(train)["artifacts-path"] ?? "", "outputs", "model.json"))).toBe(true);
      const { train: joined } = await run({ ...push("a".repeat(40)), runAttempt: "2" });
      expect(outputsOf(joined)).toMatchObject({ changed: "false", "run-reused": "true" });

      change("jobs/train.yml", "rate: 0.3", "rate: 0.01");
      const worse = await run({ ...pullRequest("opened"), runId: "1002" });
      expectResults(worse, { train: "failure" });
      expectSeen(worse["train"]!, seen[1]);
      expect(outputsOf(worse["train"])["failure-reason"]).toBe("gate-missed");
      expect(emulator.comments(7)).toHaveLength(1);
    },
    long,
  );

  it(
    "sweep: the best trial is named, and its files are fetched",
    async () => {
      const { run, seen } = guide("sweep");
      const { sweep } = await run(byHand, { inputs: { trials: "3" } });
      expectSeen(sweep!, seen[0]);
      expect(JSON.parse(outputsOf(sweep)["children"] ?? "[]")).toHaveLength(3);
      expect(existsSync(join(outputsOf(sweep)["artifacts-path"] ?? "", "outputs", "position.json"))).toBe(true);
    },
    long,
  );

  it(
    "pipeline: the steps run in order, and the model of the last one is there for the next step",
    async () => {
      const { run, seen } = guide("pipeline");
      const { pipeline } = await run(push("a".repeat(40)));
      expectSeen(pipeline!, seen[0]);
      expect(JSON.parse(outputsOf(pipeline)["gates"] ?? "[]")).toMatchObject([{ metric: "slope", passed: true }]);
    },
    long,
  );
});

it("no guide is left out", () => {
  const source = readFileSync(import.meta.filename, "utf8");
  const guides = readdirSync(join(root, "docs", "guides")).map((name) => basename(name, ".md"));
  // A workflow that is called takes a whole engine: `npm run act`.
  expect(guides.filter((name) => !source.includes(`guide("${name}")`))).toEqual(["reusable-workflow"]);
});
