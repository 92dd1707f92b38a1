import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isTerminal, type JobDocument } from "../../emulator/arm/jobs/document.ts";
import type { JobTreatment } from "../../emulator/arm/jobs/runner.ts";
import type { FailureReason } from "../../src/report/result.ts";
import type { Flow, Kind } from "./kinds.ts";
import { run, type Ran, type RunOptions } from "./run.ts";
import type { Source } from "./source.ts";
import { cpuCluster, type Stand } from "./stand.ts";

/** A run from its definition to its end: everything that it brings into the workspace, and what it ends as. */
type Submission = {
  readonly name: string;
  readonly command: "train" | "up";
  /** By their paths in the checkout. */
  readonly files: Readonly<Record<string, string>>;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly treatment?: JobTreatment;
  /** Why it ends red; absent where it ends green. */
  readonly ends?: FailureReason;
  /** What must hold in the end; default: the workspace has what an undisturbed run brings into it. */
  readonly check?: NonNullable<Flow["check"]>;
};

const cluster = "targets: [{ name: cpu-cluster, type: amlcompute, size: Standard_DS3_v2, max_instances: 2 }]\n";
const dockerfile = "FROM mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:latest\n";

/** Fails where code or data have not come whole. */
const script = 'test "$(cat "$1"/rows.csv)" = "1,2" || exit 4\ntest -s helper.sh || exit 5\nmkdir -p outputs\n';

const component = (name: string, shell: string) => `type: command
name: ${name}
version: "1"
inputs: { text: { type: string } }
outputs: { made: { type: uri_folder } }
command: ${shell}
code: ../src
environment: { image: ubuntu }
`;

const code = {
  "src/train.sh": `${script}echo model > outputs/model.txt\necho trained\n`,
  "src/helper.sh": "echo help\n",
};

/** How often the runs of one definition that is always preempted may be submitted: once, and what `retries` says. */
const mostAttempts = 3;

const submissions: readonly Submission[] = [
  {
    name: "a command job with code, data and a build context",
    command: "train",
    files: {
      ...code,
      "data/rows.csv": "1,2\n",
      "context/Dockerfile": dockerfile,
      "azureml.yml": `${cluster}run:
  command: bash train.sh \${{inputs.rows}}
  compute: azureml:cpu-cluster
  code: src
  inputs: { rows: { type: uri_folder, path: data } }
  environment: { build: { path: context } }
`,
    },
    inputs: { download: "outputs/**" },
  },
  {
    name: "a sweep",
    command: "train",
    files: {
      ...code,
      "azureml.yml": `${cluster}run:
  type: sweep
  trial: { command: "echo \${{search_space.rate}}", code: src, environment: { image: ubuntu } }
  compute: azureml:cpu-cluster
  sampling_algorithm: grid
  search_space: { rate: { type: choice, values: [1, 2] } }
  objective: { goal: minimize, primary_metric: loss }
  limits: { max_total_trials: 2, max_concurrent_trials: 2 }
`,
    },
  },
  {
    name: "a pipeline of components",
    command: "train",
    files: {
      ...code,
      "components/make.yml": component("make", "echo ${{inputs.text}} > ${{outputs.made}}/text.txt"),
      "azureml.yml": `${cluster}run:
  type: pipeline
  settings: { default_compute: azureml:cpu-cluster }
  jobs:
    first: { component: components/make.yml, inputs: { text: one } }
    second:
      command: cat \${{inputs.made}}/text.txt
      code: src
      environment: { image: ubuntu }
      inputs: { made: "\${{parent.jobs.first.outputs.made}}" }
`,
    },
  },
  {
    name: "everything that is declared",
    command: "up",
    files: {
      ...code,
      "context/Dockerfile": dockerfile,
      "assets/environment.yml": "name: worker\nversion: 1\nbuild: { path: ../context }\n",
      "assets/make.yml": component("make", "echo ${{inputs.text}} > ${{outputs.made}}/text.txt"),
      "azureml.yml": `${cluster}run:
  type: pipeline
  settings: { default_compute: azureml:cpu-cluster }
  jobs:
    first: { component: "azureml:make:1", inputs: { text: one } }
    second: { command: echo two, environment: "azureml:worker:1" }
`,
    },
    inputs: { config: "azureml.yml, assets/*.yml" },
  },
  {
    name: "a job that is preempted twice and may be so",
    command: "train",
    files: {
      "azureml.yml": `${cluster}run: { command: echo done, compute: "azureml:cpu-cluster", environment: { image: ubuntu } }\nretries: { preempted: 2 }\n`,
    },
    treatment: { do: "preempt", names: /(?<!-3)$/ },
    check: (stand) => [...unfinished(stand), ...wrongAttempts(stand, ["Failed", "Failed", "Completed"])],
  },
  {
    name: "a job that is always preempted",
    command: "train",
    files: {
      "azureml.yml": `${cluster}run: { command: echo done, compute: "azureml:cpu-cluster", environment: { image: ubuntu } }\nretries: { preempted: ${mostAttempts - 1} }\n`,
    },
    treatment: { do: "preempt", names: /./ },
    ends: "preempted",
    check: (stand, { found, isSameAttempt }) => {
      // What has ended for good is submitted anew by a new workflow run, with as many retries; anything else is gone on with.
      const wanted = (usedUp: number) => Array.from({ length: usedUp + mostAttempts }, () => "Failed");
      const isOver = found.length > 0 && found.every(isTerminal);
      const asFound = wrongAttempts(stand, wanted(!isSameAttempt && isOver ? found.length : 0));
      // What was going on when it was looked at may have ended before the new workflow run asked.
      const endedMeanwhile =
        isSameAttempt || isOver || found.length === 0 ? asFound : wrongAttempts(stand, wanted(found.length));
      return [...unfinished(stand), ...(endedMeanwhile.length === 0 ? [] : asFound)];
    },
  },
  {
    name: "a job that waits for nodes longer than it may",
    command: "train",
    files: {
      "azureml.yml": `${cluster}run: { command: echo done, compute: "azureml:cpu-cluster", environment: { image: ubuntu } }\nlimits: { queue: 2s }\n`,
    },
    treatment: { do: "hold" },
    ends: "queue-limit",
    check: overLimit,
  },
  {
    name: "a job that takes longer than it may",
    command: "train",
    files: {
      "azureml.yml": `${cluster}run: { command: sleep 60, compute: "azureml:cpu-cluster", environment: { image: ubuntu } }\nlimits: { total: 3s }\n`,
    },
    ends: "total-limit",
    check: overLimit,
  },
];

/** Every run that was begun is cancelled, and each run of the action begins one at most. */
function overLimit(stand: Stand, { rans }: { readonly rans: number }): readonly string[] {
  const names = parents(stand).map(({ name, status }) => `${name} (${status})`);
  return [
    ...unfinished(stand),
    ...(names.length > rans ? [`${rans} runs of the action submitted ${names.join(", ")}`] : []),
    ...names.filter((name) => !name.endsWith("(Canceled)")).map((name) => `it was not cancelled: ${name}`),
  ];
}

/** Runs that nobody has started but the action. */
export function parents({ emulator }: Stand): readonly JobDocument[] {
  return emulator.jobs().filter(({ parent }) => parent === undefined);
}

function unfinished(stand: Stand): readonly string[] {
  return parents(stand).flatMap((job) => (isTerminal(job) ? [] : [`${job.name} is still ${job.status}`]));
}

function wrongAttempts(stand: Stand, wanted: readonly string[]): readonly string[] {
  const states = parents(stand).map(({ status }) => status);
  return JSON.stringify(states) === JSON.stringify(wanted)
    ? []
    : [`the runs ended as ${states.join(", ") || "none"}, not as ${wanted.join(", ")}`];
}

/** Runs and versions of assets that the workspace has, without what depends on the time, the place and the workflow run. */
function submitted(stand: Stand): readonly string[] {
  const lasting = (text: string) =>
    text
      .replaceAll(/"azureml-targets\.(workflow-attempt|workflow-run|ref)":"[^"]*",?/g, "")
      .replaceAll(/\/[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f-]{27}\//g, "/PLACE/")
      .replaceAll(/https:\/\/127\.0\.0\.1:\d+/g, "ORIGIN")
      // One with a build context is named by its address, which each stand has another of.
      .replaceAll(/(CliV2AnonymousEnvironment\/versions\/)[0-9a-f]+/g, "$1CONTENT")
      .replaceAll(/(azureml-targets\.definition":")[0-9a-f]+/g, "$1DEFINITION")
      .replaceAll(/(run-[0-9a-f]{8})-[0-9a-f]{12}/g, "$1-DEFINITION");
  return [
    ...parents(stand).map(({ name, status, properties }) => `run ${name}, ${status}: ${JSON.stringify(properties)}`),
    ...stand.emulator.assets().map(({ id, properties }) => `${id}: ${JSON.stringify(properties)}`),
  ]
    .map(lasting)
    .sort();
}

/** How runs and assets differ from what an undisturbed run leaves; empty where they do not. */
function differences(stand: Stand, wanted: readonly string[]): readonly string[] {
  const without = (these: readonly string[], others: readonly string[]) => {
    const left = [...others];
    return these.filter((one) => {
      const at = left.indexOf(one);
      if (at >= 0) left.splice(at, 1);
      return at < 0;
    });
  };
  const live = submitted(stand);
  return [
    ...without(live, wanted).map((one) => `is there and should not be: ${one.slice(0, 600)}`),
    ...without(wanted, live).map((one) => `is missing: ${one.slice(0, 600)}`),
  ];
}

/** Waits until what was cancelled has ended. */
export async function settled(stand: Stand): Promise<void> {
  for (let look = 0; look < 100 && parents(stand).some(({ status }) => status === "CancelRequested"); look += 1)
    await delay(50);
}

/** What a run of the action says of the runs that it started, compared with what they are. */
export function untrue(stand: Stand, { result, unsettled }: Ran): readonly string[] {
  const said = result.leftGoing.map(({ what }) => what).join(" ");
  const run = parents(stand).find(({ name }) => name === result.run?.name);
  return [
    ...parents(stand).flatMap((job) =>
      isTerminal(job) || said.includes(`'${job.name}'`) || unsettled === job.name
        ? []
        : [`${job.name} is ${job.status}, and nobody says that it is left running`],
    ),
    ...(result.conclusion === "success" && run?.status !== "Completed"
      ? [`it is green, and the run is ${run?.status ?? "not there"}`]
      : []),
  ];
}

/** Flows that submit, each played once without a disturbance. */
export async function submissionKinds(source: Source, stand: Stand): Promise<readonly Kind[]> {
  const flows: Flow[] = [];
  for (const submission of submissions) flows.push(await flowOf(submission, source, stand));
  return [{ file: "submission", flows }];
}

async function flowOf(
  { name, command, files, inputs = {}, treatment, ends, check }: Submission,
  source: Source,
  stand: Stand,
): Promise<Flow> {
  const checkout = mkdtempSync(join(tmpdir(), "faults-submission-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(checkout, path)), { recursive: true });
    writeFileSync(join(checkout, path), text);
  }
  const before = [cpuCluster];
  const prepare = ({ emulator }: Stand) => {
    if (treatment !== undefined) emulator.treatJobs(treatment);
  };
  const { environment } = stand;
  const options: RunOptions = { command, checkout, environment, inputs };
  await stand.restore(before);
  prepare(stand);
  const { result } = await run(source, options);
  if (result.failureReason !== ends)
    throw new Error(
      `${name} ended as ${result.failureReason ?? "success"} undisturbed: ${[...result.failures, ...result.problems.map(({ message }) => message)].join(" ")}`,
    );
  const wanted = submitted(stand);
  return {
    ...{ kind: "submission", name, before, after: before, options, prepare, requests: stand.requests() },
    ...(ends === undefined ? {} : { ends }),
    check: check ?? ((on) => differences(on, wanted)),
  };
}
