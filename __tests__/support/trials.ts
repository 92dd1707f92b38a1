/** Logs `loss` and `accuracy` as MLflow's client does: a script of plain Node, which every machine with the tests has. */
const script = `import { readFileSync } from "node:fs";
import { request } from "node:https";
const { MLFLOW_TRACKING_URI, MLFLOW_RUN_ID, MLFLOW_TRACKING_TOKEN, MLFLOW_TRACKING_SERVER_CERT_PATH } = process.env;
const log = (key, value, step) =>
  new Promise((resolve, reject) => {
    const sent = request(MLFLOW_TRACKING_URI + "/api/2.0/mlflow/runs/log-metric", {
      method: "POST",
      ca: readFileSync(MLFLOW_TRACKING_SERVER_CERT_PATH),
      headers: { authorization: "Bearer " + MLFLOW_TRACKING_TOKEN, "content-type": "application/json" },
    }, (answer) => answer.resume().on("end", resolve));
    sent.on("error", reject);
    sent.end(JSON.stringify({ run_id: MLFLOW_RUN_ID, key, value, step, timestamp: Date.now() }));
  });
const [rate, seconds = "0"] = process.argv.slice(2).map(Number);
for (const step of [1, 2]) await log("loss", rate / step, step);
console.log("rate " + rate);
await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
if (rate < 0) {
  console.error("A rate below 0 makes no sense.");
  process.exit(3);
}
`;

/** What the declaration of a sweep over rates differs in. */
export type SweepOptions = {
  readonly rates?: readonly number[];
  readonly command?: string;
  /** Further keys of the job, each a line. */
  readonly rest?: string;
  /** Further keys of the declaration. */
  readonly beside?: string;
  readonly concurrent?: number;
};

/** A checkout's files: a grid over rates, whose loss is half the rate. */
export function sweepFiles({
  rates = [3, 1, 2],
  command = `${process.execPath} trial.mjs \${{search_space.rate}}`,
  rest = "",
  beside = "",
  concurrent = 3,
}: SweepOptions = {}): Readonly<Record<string, string>> {
  return {
    "src/trial.mjs": script,
    "azureml.yml": `run: sweep.yml\n${beside}`,
    "sweep.yml": `type: sweep
trial:
  code: src
  command: ${command}
  environment: { image: ubuntu }
search_space:
  rate: { type: choice, values: [${rates.join(", ")}] }
sampling_algorithm: grid
objective: { goal: minimize, primary_metric: loss }
limits: { max_total_trials: ${rates.length}, max_concurrent_trials: ${Math.min(concurrent, rates.length)} }
${rest}`,
  };
}
