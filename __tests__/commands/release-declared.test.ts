import { expect, it } from "@jest/globals";
import type { CommandContext } from "../../src/commands/context.ts";
import { releaseDeclared } from "../../src/commands/release-declared.ts";
import { onlineDeployment } from "../support/online-release.ts";

const context = {
  inputs: { parallel: 2 },
  signal: new AbortController().signal,
  clock: { now: () => 0, sleep: () => Promise.resolve() },
} as Partial<Record<keyof CommandContext, unknown>> as CommandContext;

it("A fault in the release of one deployment keeps nothing from being told of the others", async () => {
  const [one, two] = [onlineDeployment({ endpointName: "one" }), onlineDeployment({ endpointName: "two" })];
  // Without a workspace that is needed: what only a bug in the action could bring about.
  const { failures, deployments } = await releaseDeclared([one, two], context, { liveNames: new Map() });

  expect(deployments?.map(({ endpoint, action }) => [endpoint, action])).toEqual([
    ["one", "failed"],
    ["two", "failed"],
  ]);
  expect(failures.map(({ reason }) => reason)).toEqual(["internal-error", "internal-error"]);
});
