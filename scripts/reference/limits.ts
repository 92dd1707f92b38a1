import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { KindFacts } from "../../src/compute/kind.ts";
import { kinds, type Kind } from "../../src/compute/target.ts";
import type { DeploymentTypeName } from "../../src/deployment/deployment.ts";
import type { JobTypeName } from "../../src/job/job-files.ts";
import { refusedTypes } from "../../src/job/v1-pipeline/steps.ts";
import { sentence, table } from "./markdown.ts";

const src = join(import.meta.dirname, "../../src");

/** The value of a constant, from the source: what it is made of are numbers and the four operations. @throws when it is not. */
export function constantOf(file: string, name: string): number {
  const [, written] =
    new RegExp(`\\bconst ${name}\\b[^=\\n]*= ([\\d_ *+/()-]+);`).exec(readFileSync(join(src, file), "utf8")) ?? [];
  if (written === undefined) throw new Error(`src/${file} has no number ${name}.`);
  return productOf(written.replaceAll("_", ""));
}

/** `2 * 1024 ** 3`, `1024 * 1024 - 2` */
function productOf(text: string): number {
  const [difference = "", ...subtracted] = text.split(" - ");
  const value = difference.split(/(?<!\*)\*(?!\*)/).reduce((product, factor) => {
    const [base = "", exponent = "1"] = factor.split("**");
    return product * Number(base) ** Number(exponent);
  }, 1);
  const result = subtracted.reduce((rest, part) => rest - Number(part), value);
  if (!Number.isFinite(result)) throw new Error(`${text} is not a number.`);
  return result;
}

type Unit = "" | "bytes" | "seconds" | "minutes" | "ms" | "hours";

/** One limit: what it is about, where the source has it, and what happens beyond it. */
type Limit = readonly [what: string, file: string, name: string, unit: Unit, beyond: string];

const declarations: readonly Limit[] = [
  ["a declaration file", "yaml/limits.ts", "largestBytes", "bytes", "error `too-large`"],
  ["nesting of YAML", "yaml/limits.ts", "deepest", "", "error `too-complex`"],
  ["anchors in a file", "yaml/limits.ts", "mostAnchors", "", "error `too-complex`"],
  ["aliases in a file", "yaml/limits.ts", "mostAliases", "", "error `too-complex`"],
  ["a glob pattern, in characters", "yaml/glob.ts", "longestPattern", "", "error `wrong-pattern`"],
  ["alternatives of a glob pattern", "yaml/glob.ts", "mostAlternatives", "", "error `wrong-pattern`"],
  ["problems shown one by one", "declaration/read-declaration.ts", "mostProblems", "", "the rest is counted"],
  ["annotations of a kind for each step (GitHub)", "yaml/problem.ts", "mostAnnotations", "", "all are in the summary"],
  [
    "files of a pull request for `changed-only` (GitHub)",
    "github/changed-files.ts",
    "mostFiles",
    "",
    "everything is validated",
  ],
];

const runs: readonly Limit[] = [
  ["a code folder", "asset/upload/snapshot.ts", "mostBytes", "bytes", "error `upload-refused`"],
  ["a source directory of a v1 pipeline", "job/v1-pipeline/folder.ts", "mostBytes", "bytes", "error"],
  ["files of a source directory of a v1 pipeline", "job/v1-pipeline/folder.ts", "mostFiles", "", "error"],
  ["blocks of an uploaded file", "azure/upload.ts", "mostBlocks", "", "the upload fails"],
  ["trials of a sweep", "job/parts/tuning.ts", "mostTrials", "", "error `out-of-range`"],
  ["`retries.preempted`", "declaration/beside-run.ts", "mostRetries", "", "error `out-of-range`"],
  ["attempts of one definition (`-2`, `-3`, …)", "run/submit.ts", "mostAttempts", "", "`submission-failed`"],
  ["a line of a log on the runner", "run/on-runner/lines.ts", "longestLine", "bytes", "the line is cut, and says so"],
  ["pause between two looks at a run", "run/follow.ts", "longestPause", "seconds", ""],
  [
    "patience with a run that cannot be read",
    "run/follow.ts",
    "patienceSeconds",
    "seconds",
    "the run is left running, and named",
  ],
  ["metrics with charts and tables", "run/metrics.ts", "mostSeries", "", "the rest is in the studio"],
  [
    "a job on GitHub's runners (GitHub)",
    "github/job-end.ts",
    "jobMinutes",
    "minutes",
    "the step hands over before it: see `on-timeout`",
  ],
];

const targets: readonly Limit[] = [
  [
    "schedules of a compute instance",
    "compute/compute-instance/schedules.ts",
    "mostSchedules",
    "",
    "error `too-many-schedules`",
  ],
  [
    "a setup script sent with the request",
    "compute/compute-instance/setup-scripts.ts",
    "mostBytes",
    "bytes",
    "error `file-too-large`",
  ],
  [
    "nodes of an AKS cluster for production, at least",
    "compute/aks/declared.ts",
    "leastNodes",
    "",
    "error, unless `dev_test`",
  ],
  [
    "virtual CPUs of an AKS cluster for production, at least",
    "compute/aks/declared.ts",
    "leastCpus",
    "",
    "error, unless `dev_test`",
  ],
  [
    "until a new cluster has its nodes",
    "compute/aml-compute/live.ts",
    "longestReadinessSeconds",
    "seconds",
    "`provisioning-failed`",
  ],
  [
    "until a new compute instance is set up",
    "compute/compute-instance/live.ts",
    "longestReadinessSeconds",
    "seconds",
    "`provisioning-failed`",
  ],
  ["a lease, after a crash", "azure/leases.ts", "leaseSeconds", "seconds", "other runs wait so long"],
];

const deployments: readonly Limit[] = [
  [
    "name of an endpoint, a deployment or a web service",
    "release/rollout-names.ts",
    "longestName",
    "",
    "error `illegal-name`",
  ],
  [
    "one provisioning, where `timeout` is absent",
    "deployment/parts/settings.ts",
    "provisioningSeconds",
    "seconds",
    "the release is taken back",
  ],
  [
    "a batch invocation in a test, where `timeout` is absent",
    "deployment/parts/tests.ts",
    "invocationSeconds",
    "seconds",
    "the test fails",
  ],
  ["one answer to a smoke test", "release/smoke-test.ts", "answerSeconds", "seconds", "the test fails"],
  ["an answer that is compared", "azure/scoring.ts", "longestAnswer", "bytes", "the test fails"],
];

const service: readonly Limit[] = [
  [
    "one request",
    "azure/pipeline.ts",
    "requestTimeoutSeconds",
    "seconds",
    "it is repeated, a write only where it certainly was not carried out",
  ],
  ["tries of a read", "azure/retry.ts", "mostTries", "", "`service-unreachable`"],
  ["longest pause that Azure may ask for between tries", "azure/retry.ts", "longestWait", "seconds", ""],
  ["pages of a list", "azure/pages.ts", "mostPages", "", "the list counts as unreadable"],
  [
    "the job summary (GitHub)",
    "report/render/size-limit.ts",
    "summaryBytes",
    "bytes",
    "cut at a boundary; `report-path` has all of it",
  ],
];

const aboutTargets: Readonly<Record<Kind, string>> = {
  local: "One machine and one process for each job; data and outputs in Azure are not fetched or written.",
  virtualmachine: "Ubuntu with a public address only. The SSH key has to be RSA in PEM form.",
  hdinsight: "Spark clusters on Linux with a public SSH endpoint only.",
  batch:
    "Attached by an api-version that is not published; the service may refuse it. Runs only `AzureBatchStep` of v1 pipelines.",
  databricks: "Runs only steps of v1 pipelines. Serverless workspaces run none.",
  datalakeanalytics: "Retired by Azure on 2024-02-29; an error without `allow_retired: true`.",
  aks: "Web services of the first SDK only; no jobs. Nothing changes in place.",
  kubernetes: "Attached once in every namespace. The extension is not installed by this action.",
  amlcompute:
    "`low_priority` is retired by Azure since 2026-03-31. Another size, network or SSH login means re-creation.",
  computeinstance: "Names are unique in a region. Only the idle time changes in place.",
  synapsespark: "Spark jobs only; pools newer than Spark 3.2.",
};

const aboutJobs: Readonly<Record<JobTypeName, string>> = {
  command: "A Git address as code is refused.",
  sweep: "Bayesian sampling and early termination exclude each other. The runner samples at random or by a grid.",
  pipeline:
    "Steps of the type `import` are refused, as by az ml. The runner runs command steps whose definition is in the repository.",
  spark: "Attached Synapse pools and serverless Spark; no services beside the job.",
  automl: "Tables are MLTable folders. Image tasks take no test data.",
  v1_pipeline: "No datasets, no SQL, no other values for parameters than their defaults, no `as_dataset`.",
  v1_run: "PySpark on HDInsight only; other run configurations become command jobs.",
};

const aboutDeployments: Readonly<Record<DeploymentTypeName, string>> = {
  local: "Serves until the job ends; models of registries and promoted models are not fetched.",
  aci: "Strategy `replace` only; an update is not atomic. No virtual network.",
  aks: "Strategy `replace` only; an update is not atomic. Token and key authentication exclude each other.",
  managed: "Autoscale rules are not set: Azure Monitor keeps them. One mirrored deployment, up to 50 %.",
  kubernetes: "No mirrored traffic, nothing from registries.",
  batch: "No strategies: `set_default` makes it the default after its tests. `aad_token` is the only authentication.",
};

/** The page of limits: numbers from the source, and what is not supported, type by type. */
export function limitsPage(): string {
  const rowsOf = (limits: readonly Limit[]) =>
    table(
      ["Limit of", "Value", "Beyond it"],
      limits.map(([what, file, name, unit, beyond]) => [what, shown(constantOf(file, name), unit), beyond]),
    );
  const byType = (title: string, about: Readonly<Record<string, string>>) =>
    table(
      [title, "Limits"],
      Object.entries(about).map(([type, text]) => [`\`${type}\``, text]),
    );
  const ofTargets = Object.entries<KindFacts>(kinds).map(([type, { runs: workloads, whyNothingRuns }]) => [
    `\`${type}\``,
    workloads.length > 0 ? workloads.join(", ") : (whyNothingRuns ?? "nothing"),
    aboutTargets[type as Kind],
  ]);
  const refused = Object.entries(refusedTypes).map(([type, { why, fix }]) => [
    `\`${type}\``,
    sentence(why),
    sentence(fix),
  ]);
  return `# Limits

\`npm run docs\` generates this page; the numbers are those of the source. "(GitHub)" marks limits that GitHub sets; all others are
those of Azure Machine Learning or of this action.

## Declarations

${rowsOf(declarations)}

## Targets

${rowsOf(targets)}

${table(["Type", "Runs", "Limits"], ofTargets)}

## Jobs

${rowsOf(runs)}

${byType("Type", aboutJobs)}

Steps of v1 pipelines that are refused:

${table(["Step", "Why", "Instead"], refused)}

## Deployments

${rowsOf(deployments)}

${byType("Type", aboutDeployments)}

## Azure and GitHub

${rowsOf(service)}

## Not supported

- Workspaces are not created, changed or deleted. Nothing behind an attachment is ever deleted.
- Files of datastores, connections, schedules, registries, feature stores, serverless endpoints, fine-tuning and distillation jobs
  are checked, and no command submits them.
- \`registermodel.json\` of aml-registermodel is checked, and no command reads it: see [migrating](migrating.md).
- An Azure Container Instance is not a target: it is created with a deployment of \`type: aci\`.
- One call of the action submits one run and works in one workspace.
- \`detach\` and \`apply\` never delete what is not declared: there is no pruning.
`;
}

function shown(value: number, unit: Unit): string {
  const number = (text: number) => text.toLocaleString("en-US");
  switch (unit) {
    case "bytes":
      for (const [size, word] of [
        [1024 ** 3, "GiB"],
        [1024 ** 2, "MiB"],
        [1024, "KiB"],
      ] as const)
        if (value % size === 0) return `${number(value / size)} ${word}`;
      return `${number(value)} bytes`;
    case "seconds":
      return value >= 120 && value % 60 === 0 ? `${number(value / 60)} minutes` : `${number(value)} seconds`;
    default:
      return unit === "" ? number(value) : `${number(value)} ${unit}`;
  }
}
