import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ComputeDocument } from "../../emulator/arm/computes/document.ts";
import type { Reply } from "../../emulator/server/reply.ts";
import { seeded } from "../../emulator/settings.ts";
import type { Flow } from "./kinds.ts";
import { run, type RunOptions } from "./run.ts";
import type { Source } from "./source.ts";
import { cpuCluster, type Stand } from "./stand.ts";

const declared = (command: string) => `targets:
  - { name: cpu-cluster, type: amlcompute, size: Standard_DS3_v2, max_instances: 2 }
run:
  command: ${command}
  compute: azureml:cpu-cluster
  code: src
  environment: { image: ubuntu }
gates:
  - { metric: accuracy, at_least: 0.9 }
`;

/** Metrics as MLflow tells them: what logs them is a library of Python, which would take longer than everything else. */
const metrics = (accuracy: number) => {
  const points = [accuracy / 2, accuracy].map((value, step) => ({ key: "accuracy", value, step, timestamp: 1 + step }));
  return (path: string, reply: Reply): Reply => {
    if (path.endsWith("/mlflow/runs/get"))
      return {
        status: 200,
        body: { run: { info: { run_id: "r" }, data: { metrics: points.slice(1), params: [], tags: [] } } },
      };
    return path.endsWith("/metrics/get-history") ? { status: 200, body: { metrics: points } } : reply;
  };
};

type Whole = Pick<Flow, "name" | "answers" | "prepare"> & {
  readonly command: RunOptions["command"];
  readonly shell?: string;
  readonly conclusion: "success" | "failure";
};

const wholes: readonly Whole[] = [
  { name: "trains", command: "up", answers: metrics(0.95), conclusion: "success" },
  { name: "misses a gate", command: "up", answers: metrics(0.5), conclusion: "failure" },
  { name: "fails", command: "up", shell: "echo bad; exit 3", answers: metrics(0.95), conclusion: "failure" },
  { name: "finds nothing", command: "doctor", conclusion: "success" },
  {
    name: "finds a missing role",
    command: "doctor",
    prepare: ({ emulator }) =>
      emulator.grant(`/subscriptions/${seeded.subscriptionId}`, [{ actions: ["*/read"], dataActions: [] }]),
    conclusion: "failure",
  },
];

const shell = "echo epoch 1 && mkdir -p outputs && echo x > outputs/model.txt";

/** `up` with a short training run, and `doctor`, each once as it should be and once red. */
export async function wholeFlows(source: Source, stand: Stand): Promise<readonly Flow[]> {
  const flows: Flow[] = [];
  for (const { name, command, shell: text = shell, conclusion, ...rest } of wholes) {
    const checkout = mkdtempSync(join(tmpdir(), "faults-whole-"));
    mkdirSync(join(checkout, "src"));
    writeFileSync(join(checkout, "src", "train.py"), "print(1)\n");
    writeFileSync(join(checkout, "azureml.yml"), declared(text));
    const before: readonly ComputeDocument[] = [cpuCluster];
    const { environment } = stand;
    const options: RunOptions = { command, checkout, environment, inputs: { download: "outputs/**" } };
    await stand.restore(before);
    await rest.prepare?.(stand);
    stand.alter(({ path }, reply) => rest.answers?.(path, reply) ?? reply);
    const { result } = await run(source, options);
    if (result.conclusion !== conclusion)
      throw new Error(
        `${command} that ${name} ended as ${result.conclusion} undisturbed: ${result.failures.join(" ")}`,
      );
    flows.push({ kind: "whole", name, before, after: before, options, requests: stand.requests(), ...rest });
  }
  return flows;
}
