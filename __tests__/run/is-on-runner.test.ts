import { expect, it } from "@jest/globals";
import { readJob } from "../../src/job/job.ts";
import { isOnRunner } from "../../src/run/on-runner/is-on-runner.ts";
import { nodeOf } from "../support/documents.ts";
import { amlCompute, nowhere } from "../support/targets.ts";

const targets = [amlCompute({ name: "gpu" }), { type: "local", name: "here", source: nowhere } as const];

it.each([
  ["", false],
  ["compute: local", true],
  ["compute: azureml:local", true],
  ["compute: Here", true],
  ["compute: gpu", false],
  ["compute: elsewhere", false],
])("a job with %j runs on the runner: %p", (line, expected) => {
  const { node } = nodeOf(`command: x\nenvironment: azureml:env:1\n${line}\n`);
  const { job } = node === undefined ? {} : readJob(node);
  expect(job && isOnRunner(job, targets)).toBe(expected);
});
