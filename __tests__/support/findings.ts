import { authorizationFailed } from "../../emulator/server/reply.ts";
import type { ResourceDocument } from "../../emulator/resources/resource.ts";
import type { PlanReport, PlannedStep } from "../../src/report/result.ts";
import { act } from "./step.ts";
import { newEmulator } from "./use-emulator.ts";

/** What stands behind a target, and what a plan has to say of it. */
export type FindingCase = {
  readonly when: string;
  /** Put in place before the plan. */
  readonly resources: readonly ResourceDocument[];
  /** Paths that the identity may not read: regular expressions. */
  readonly hidden?: readonly string[];
  /** The target's keys besides its name, as YAML in braces. */
  readonly target: string;
  /** `error vm-not-running`, in the order of the findings. */
  readonly expected: readonly string[];
};

/** One plan by `dist/` over all cases, against an emulator of its own. The steps come in the order of the cases. */
export async function planCases(cases: readonly FindingCase[]): Promise<readonly PlannedStep[]> {
  await using emulator = await newEmulator();
  const names = cases.map((_, index) => `case${index}`);
  for (const { resources, hidden = [] } of cases) {
    for (const resource of resources) emulator.putResource(resource);
    for (const path of hidden)
      emulator.faults.add({
        method: "GET",
        path,
        kind: "status",
        times: 10,
        ...authorizationFailed("*/read", path),
      });
  }
  const targets = cases.map(({ target }, index) => `  - { name: ${names[index] ?? ""}, ${target} }`);
  // By Azure's own host names, so that the cloud is the public one.
  const files = { "azureml.yml": ["targets:", ...targets, ""].join("\n") };
  const planned = await act(emulator, "plan", files, { way: "proxy" });
  const text = planned.outputs["plan"];
  if (text === undefined || text === "") throw new Error(planned.log.join("\n"));
  return (JSON.parse(text) as PlanReport).steps;
}

/** `error vm-not-running` */
export function wordsOf(step: PlannedStep | undefined): readonly string[] {
  return (step?.findings ?? []).map(({ severity, code }) => `${severity} ${code}`);
}
