import { describe, expect, it } from "@jest/globals";
import { readFileSync } from "node:fs";
import { outputsOf } from "../../src/report/outputs.ts";
import type { Result } from "../../src/report/result.ts";
import { run, type RunOptions } from "../faults/run.ts";
import { loadSource } from "../faults/source.ts";
import { checkoutOf } from "../support/step.ts";
import { sweepFiles, type SweepOptions } from "../support/trials.ts";
import { useStand } from "../support/use-stand.ts";

const source = await loadSource();
const stand = useStand();

function train(options: SweepOptions = {}, more: Partial<RunOptions> = {}) {
  const checkout = checkoutOf(sweepFiles(options));
  return run(source, { command: "train", checkout, environment: stand.environment, ...more });
}

const outputs = (result: Pick<Result, "run">) => {
  const set = outputsOf({ ...result, targets: [], assets: [] } as unknown as Result);
  return {
    children: JSON.parse(set["children"] ?? "[]") as readonly Record<string, unknown>[],
    best: set["best-trial"],
    metrics: JSON.parse(set["run-metrics"] ?? "{}") as Record<string, unknown>,
  };
};

const bash = (script: string) => `bash -c '${script}' -- \${{search_space.rate}}`;

describe("a sweep", () => {
  it("is reported with its trials, the best one, and that one's metrics", async () => {
    const { result, text } = await train({ beside: "gates: [{ metric: loss, at_most: 0.5 }]\n" });
    expect(result.failures).toEqual([]);
    const name = result.run?.name ?? "";
    const { children, best, metrics } = outputs(result);
    expect(children.map(({ name: _, duration: __, url: ___, ...rest }) => rest)).toEqual([
      { trial: 0, status: "Completed", parameters: { rate: 3 }, metrics: { loss: 1.5 } },
      { trial: 1, status: "Completed", parameters: { rate: 1 }, metrics: { loss: 0.5 } },
      { trial: 2, status: "Completed", parameters: { rate: 2 }, metrics: { loss: 1 } },
    ]);
    expect(best).toBe(`${name}_1`);
    expect(metrics).toEqual({ loss: 0.5 });
    expect(result.run?.gates).toMatchObject([{ value: 0.5, passed: true }]);
    expect(result.run?.best).toMatchObject({ metric: "loss", goal: "minimize", value: 0.5, parameters: { rate: 1 } });
    for (const child of children) {
      expect(child["url"]).toContain(`/runs/${String(child["name"])}?`);
      expect(child["duration"]).toBeGreaterThan(0);
    }
    expect(text).toContain("Trials");
    expect(text).toMatch(/The best trial is .*<code>1<\/code>/);
    expect(text).toContain("[SCHEDULER][INFO]Scheduling job");
  });

  it("is reported with all of them where pages of the list name the next one by its address alone", async () => {
    stand.alter(({ path, query }, reply) => {
      if (!path.endsWith("/children")) return reply;
      const { value } = reply.body as { readonly value: readonly unknown[] };
      const page = Number(query.get("page") ?? 0);
      const next = new URL(path, stand.environment["ARM_CLOUD_METADATA_URL"]);
      next.searchParams.set("page", String(page + 1));
      const nextLink = page + 1 < value.length ? next.href : "";
      return { ...reply, body: { value: value.slice(page, page + 1), continuationToken: null, nextLink } };
    });
    const { result } = await train();
    const { children, best } = outputs(result);
    expect(children.map(({ trial }) => trial)).toEqual([0, 1, 2]);
    expect(best).toBe(`${result.run?.name ?? ""}_1`);
  });

  it("has the best trial that the service names, whether or not it lists it", async () => {
    stand.alter(({ path }, reply) => {
      if (!path.endsWith("/children")) return reply;
      const { value } = reply.body as { readonly value: readonly unknown[] };
      return { ...reply, body: { value: value.filter((_, index) => index !== 1) } };
    });
    const { result } = await train({ beside: "gates: [{ metric: loss, at_most: 0.5 }]\n" });
    expect(outputs(result).best).toBe(`${result.run?.name ?? ""}_1`);
    expect(result.run?.gates).toMatchObject([{ value: 0.5, passed: true }]);
  });

  it("keeps to the number of trials at once, each with its value in the environment as well", async () => {
    const { result, text } = await train({
      rates: [1, 2, 3, 4],
      concurrent: 2,
      command: bash("echo $AZUREML_SWEEP_rate; sleep 0.3; [ $AZUREML_SWEEP_rate = $0 ]").replace(" -- ", " "),
    });
    expect(result.failures).toEqual([]);
    const { children, best } = outputs(result);
    expect(children.map(({ status }) => status)).toEqual(Array.from({ length: 4 }, () => "Completed"));
    // Two at a time, twice.
    expect(result.run?.durationSeconds).toBeGreaterThan(0.55);
    // No trial has logged the metric: there is no best one, and that is said.
    expect(best).toBeUndefined();
    expect(text).toContain("None of 4 trials logged the metric that decides.");
  });

  it("that fails with all its trials says why the first of them did, with the end of its log", async () => {
    const { result } = await train({ rates: [-1, -2] });
    expect(result.failureReason).toBe("run-failed");
    expect(result.failures.join("\n")).toMatch(/Its trial 0 failed: Execution failed\. User process .* status code 3/);
    expect(result.run?.logTail).toMatch(/rate -1\nA rate below 0 makes no sense\./);
    expect(result.run?.error?.message).toMatch(/status code 3/);
    expect(outputs(result).children.map(({ status }) => status)).toEqual(["Failed", "Failed"]);
  });

  it("with a trial that fails beside others is what the service says of it, and shows which one failed", async () => {
    const { result } = await train({ rates: [-1, 2] });
    expect(result.failures).toEqual([]);
    const { children, best } = outputs(result);
    expect(children.map(({ status }) => status)).toEqual(["Failed", "Completed"]);
    // The service names the best of all that have logged, whatever became of it.
    expect(best).toBe(`${result.run?.name ?? ""}_0`);
  });

  it("misses a gate that its best trial misses", async () => {
    const { result } = await train({ beside: "gates: [{ metric: loss, at_most: 0.1 }]\n" });
    expect(result.failureReason).toBe("gate-missed");
    expect(result.failures.join("\n")).toContain("required at most 0.1; the run logged 0.5");
  });

  it("is compared with another one by the best trials of both", async () => {
    const first = await train({ rates: [1, 2] });
    const name = first.result.run?.name ?? "";
    const compared = (rates: readonly number[]) =>
      train({ rates, beside: `gates: [{ metric: loss, no_worse_than: { run: ${name} } }]\n` });
    const worse = await compared([3, 4]);
    expect(worse.result.failures.join("\n")).toContain(`(${name} has 0.5); the run logged 1.5`);
    expect((await compared([0.5, 4])).result.failures).toEqual([]);
  });

  it("stops the trials that its policy stops", async () => {
    const { result } = await train({
      rates: [1, 9],
      command: `${process.execPath} trial.mjs \${{search_space.rate}} 3`,
      rest: "early_termination: { type: bandit, slack_amount: 1, evaluation_interval: 1 }\n",
    });
    expect(result.failures).toEqual([]);
    expect(outputs(result).children.map(({ status }) => status)).toEqual(["Completed", "Canceled"]);
  });

  it("is cancelled with all its trials", async () => {
    const left = await train(
      { rates: [1, 2, 3], concurrent: 2, command: `${process.execPath} trial.mjs \${{search_space.rate}} 60` },
      { seconds: 30, inputs: { "on-timeout": "cancel" } },
    );
    expect(left.result.failureReason).toBe("timeout");
    // Whoever asks for the run again is told what became of it, whatever they declare.
    const { result } = await train({}, { inputs: { "run-name": left.result.run?.name ?? "" } });
    expect(result.failureReason).toBe("run-canceled");
    expect(outputs(result).children.map(({ status }) => status)).toEqual(["Canceled", "Canceled"]);
  });

  it("that cannot be asked for its trials is reported without them, and says so", async () => {
    stand.endpoint.faults.add({
      path: "/children$",
      kind: "status",
      status: 403,
      body: { error: { code: "Forbidden", message: "no" } },
      times: 100,
    });
    const { result, text } = await train({ rates: [1] });
    expect(result.failures).toEqual([]);
    expect(result.run?.children).toBeUndefined();
    expect(text).toContain("has started could not be read");
  });

  it("downloads from its best trial", async () => {
    const checkout = checkoutOf(
      sweepFiles({
        command:
          `${process.execPath} trial.mjs \${{search_space.rate}} \\&\\& echo \${{search_space.rate}} > outputs/rate.txt`.replaceAll(
            "\\&",
            "&",
          ),
      }),
    );
    const { result } = await run(source, {
      command: "train",
      checkout,
      environment: stand.environment,
      inputs: { download: "outputs/*", "download-path": "got" },
    });
    expect(result.failures).toEqual([]);
    expect(readFileSync(`${checkout}/got/outputs/rate.txt`, "utf8")).toBe("1\n");
  });
});
