import { expect, it } from "@jest/globals";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { run, type RunOptions } from "../faults/run.ts";
import { loadSource } from "../faults/source.ts";
import { cpuCluster } from "../faults/stand.ts";
import { checkoutOf } from "../support/step.ts";
import { useStand } from "../support/use-stand.ts";

const source = await loadSource();
const stand = useStand([cpuCluster]);

const runJson = ".cloud/.azure/run.json";

async function train(json: object, options: Partial<RunOptions> = {}) {
  const checkout = checkoutOf({
    [runJson]: JSON.stringify(json),
    "code/train/run_config.yml":
      "script: train.py\narguments: [it's here]\ntarget: cpu-cluster\nenvironment: { docker: { baseImage: ubuntu } }\n",
    "code/train/train.py":
      "import os, sys\nos.makedirs('outputs', exist_ok=True)\nopen('outputs/word.txt', 'w').write(sys.argv[1])\n",
  });
  const { result } = await run(source, {
    command: "train",
    checkout,
    ...options,
    inputs: { config: runJson, ...options.inputs },
    environment: { ...stand.environment, GITHUB_REF: "refs/heads/main", ...options.environment },
  });
  return { result, checkout };
}

it("is submitted and left where it says that nobody waits, in the experiment of repository and branch; by its name it is followed", async () => {
  const { result } = await train({ wait_for_completion: false });
  const { name = "" } = result.run ?? {};
  expect(result).toMatchObject({
    conclusion: "success",
    leftGoing: [{ next: expect.stringContaining(name) as unknown }],
  });
  expect(result.run?.experiment).toBe("octo-repo-main");
  const resumed = await train({ wait_for_completion: false }, { inputs: { "run-name": name } });
  expect(resumed.result).toMatchObject({ conclusion: "success", run: { name, status: "Completed" }, leftGoing: [] });
});

it("is waited for, and what it made is downloaded where it says so", async () => {
  const { result, checkout } = await train({ download_artifacts: true, experiment_name: "words" });
  expect(result).toMatchObject({ conclusion: "success", run: { status: "Completed" } });
  expect(result.run?.experiment).toBe("words");
  expect(existsSync(join(checkout, "outputs/outputs/word.txt"))).toBe(true);
});

it("is left where the input says so, and the input's own patterns are downloaded in place of everything", async () => {
  const left = await train({ wait_for_completion: true }, { inputs: { wait: "false" } });
  expect(left.result.leftGoing).toHaveLength(1);
  await stand.restore([cpuCluster]);
  const { result } = await train({ download_artifacts: true }, { inputs: { download: "absent/*" } });
  expect(result.failureReason).toBe("download-failed");
});
