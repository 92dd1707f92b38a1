import { describe, expect, it } from "@jest/globals";
import { runStep } from "../../demo/runner.ts";
import { checkoutOf } from "../support/step.ts";
import type { ChildReport } from "../../src/report/result.ts";

/** Logs a metric as MLflow's file store has it. */
const logs = (metric: string, value: string) =>
  `d=\${MLFLOW_TRACKING_URI#file://}/0/$AZUREML_RUN_ID/metrics; mkdir -p $d; echo "1 ${value} 0" > $d/${metric}`;

const parts = {
  command: `echo lr=\${{search_space.lr}}; ${logs("loss", "${{search_space.lr}}")}; echo $AZUREML_RUN_ID > outputs/id`,
  space: "{ lr: { type: choice, values: [0.3, 0.1, 0.2] } }",
  sampling: "grid",
  limits: "{ max_total_trials: 10 }",
  rest: "",
};

function sweep(changes: Partial<typeof parts> = {}, around = ""): Readonly<Record<string, string>> {
  const { command, space, sampling, limits, rest } = { ...parts, ...changes };
  const yaml = `type: sweep
compute: local
trial:
  command: ${JSON.stringify(command)}
  environment: { image: ubuntu }
search_space: ${space}
sampling_algorithm: ${sampling}
objective: { goal: minimize, primary_metric: loss }
limits: ${limits}
${rest}`;
  return { "jobs/sweep.yml": yaml, "azureml.yml": `run: jobs/sweep.yml\n${around}` };
}

const train = (files: Readonly<Record<string, string>>, options: { readonly cancelAt?: RegExp } = {}) =>
  runStep({ checkout: checkoutOf(files), inputs: { command: "train" }, commit: "c".repeat(40), ...options });

type Step = Awaited<ReturnType<typeof train>>;
const childrenOf = ({ outputs }: Step) => JSON.parse(outputs["children"] ?? "[]") as readonly ChildReport[];

describe("a sweep on the runner", () => {
  it("runs its trials one after the other, and has the metrics and outputs of the best one", async () => {
    const step = await train(sweep({}, "gates: [{ metric: loss, at_most: 0.1 }]\n"));
    expect(step.exitCode).toBe(0);
    const name = step.outputs["run-name"] ?? "";
    expect(childrenOf(step)).toMatchObject([
      { name: `${name}_0`, trial: 0, status: "Completed", parameters: { lr: 0.3 }, metrics: { loss: 0.3 } },
      { name: `${name}_1`, trial: 1, status: "Completed", parameters: { lr: 0.1 }, metrics: { loss: 0.1 } },
      { name: `${name}_2`, trial: 2, status: "Completed", parameters: { lr: 0.2 }, metrics: { loss: 0.2 } },
    ]);
    expect(step.outputs).toMatchObject({ "best-trial": `${name}_1`, "run-status": "Completed" });
    expect(JSON.parse(step.outputs["run-metrics"] ?? "")).toEqual({ loss: 0.1 });
    expect(step.log.filter((line) => /^lr=/.test(line))).toEqual(["lr=0.3", "lr=0.1", "lr=0.2"]);
    expect(step.summary).toContain("Trials");
  });

  it("misses a gate that its best trial misses", async () => {
    const step = await train(sweep({}, "gates: [{ metric: loss, at_most: 0.05 }]\n"));
    expect(step.outputs["failure-reason"]).toBe("gate-missed");
  });

  it("gives every trial its parameters as words and as variables, and a run of its own", async () => {
    const command = `printf '%s|' "$AZUREML_SWEEP_m" \${{search_space.m.name}} '\${{search_space.q}}' $AZUREML_RUN_ID $AZUREML_ROOT_RUN_ID`;
    const space = `{ m: { type: choice, values: [{ name: "a b" }] }, q: { type: choice, values: ["$(echo no); x"] } }`;
    const step = await train(sweep({ command, space }));
    const name = step.outputs["run-name"] ?? "";
    expect(step.log).toContain(`{"name":"a b"}|a b|$(echo no); x|${name}_0|${name}|`);
  });

  it("has no more trials than its limit, and the same ones for the same seed", async () => {
    const random = {
      space: "{ lr: { type: uniform, min_value: 0, max_value: 1 } }",
      sampling: "{ type: random, seed: 4 }",
      limits: "{ max_total_trials: 2 }",
    };
    const [one, other] = await Promise.all([train(sweep(random)), train(sweep(random))]);
    expect(childrenOf(one)).toHaveLength(2);
    expect(childrenOf(one).map(({ parameters }) => parameters)).toEqual(
      childrenOf(other).map(({ parameters }) => parameters),
    );
  });

  it("ends a trial by its limit, and goes on with the next", async () => {
    const command = `[ \${{search_space.lr}} = 0.3 ] && sleep 60; ${logs("loss", "1")}`;
    const step = await train(sweep({ command, limits: "{ max_total_trials: 2, trial_timeout: 1 }" }));
    expect(childrenOf(step).map(({ status }) => status)).toEqual(["Canceled", "Completed"]);
    expect(step.outputs).toMatchObject({ "run-status": "Completed", "best-trial": childrenOf(step)[1]?.name });
  });

  it("ends by its own limit with the trials that it has", async () => {
    const command = `${logs("loss", "1")}; [ \${{search_space.lr}} = 0.1 ] && sleep 60`;
    const step = await train(sweep({ command: `${command} || true`, limits: "{ max_total_trials: 3, timeout: 3 }" }));
    expect(childrenOf(step).map(({ status }) => status)).toEqual(["Completed", "Canceled"]);
    expect(step.outputs).toMatchObject({ "run-status": "Canceled", "failure-reason": "run-canceled" });
    expect(step.annotations.at(-1)?.message).toContain("time limit");
  });

  it("completes while one of its trials does, and fails where none does, with the end of a log", async () => {
    const one = await train(sweep({ command: `[ \${{search_space.lr}} = 0.1 ] || exit 1; ${logs("loss", "1")}` }));
    expect(childrenOf(one).map(({ status }) => status)).toEqual(["Failed", "Completed", "Failed"]);
    expect(one.exitCode).toBe(0);
    const none = await train(sweep({ command: "echo why \${{search_space.lr}}; exit 3" }));
    expect(none.outputs).toMatchObject({ "run-status": "Failed", "failure-reason": "run-failed" });
    expect(none.annotations.at(-1)?.message).toContain("exit code 3");
    expect(none.summary).toContain("why 0.3");
  });

  it("starts no further trial when the workflow is cancelled", async () => {
    const step = await train(sweep({ command: "echo started; sleep 60" }), { cancelAt: /^started/ });
    expect(childrenOf(step)).toMatchObject([{ status: "Canceled" }]);
    expect(step.outputs["failure-reason"]).toBe("cancelled");
  });

  it.each(["validate", "train"])("%s names what the runner cannot do of it, at its line", async (command) => {
    const files = sweep({ sampling: "bayesian", rest: "early_termination: { type: median_stopping }\n" });
    const step = await runStep({ checkout: checkoutOf(files), inputs: { command } });
    expect(step.exitCode).toBe(1);
    expect(
      step.annotations
        .filter(
          ({ severity, message, properties }) =>
            severity === "error" && `${JSON.stringify(properties)} ${message}`.includes("not-on-runner"),
        )
        .map(({ properties }) => `${properties["file"] ?? ""}:${properties["line"] ?? ""}`),
    ).toEqual(["jobs/sweep.yml:7", "jobs/sweep.yml:10"]);
  });
});
