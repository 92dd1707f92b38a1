import { expect, it } from "@jest/globals";
import { permissionFindings } from "../../src/doctor/permissions.ts";
import type { Need } from "../../src/permissions/needs.ts";
import { failing } from "../support/jobs.ts";

const need: Need = {
  action: "Microsoft.MachineLearningServices/workspaces/read",
  plane: "control",
  scope: "/subscriptions/s/resourceGroups/r",
  level: "required",
  purpose: "read the workspace",
};
it.each([
  {
    when: "the identity may not ask for it",
    why: failing("refused", { status: 403 }),
    state: "not-checked",
    reason: undefined,
  },
  {
    when: "the scope is not there",
    why: failing("not-found", { status: 404 }),
    state: "not-checked",
    reason: undefined,
  },
  {
    when: "the answer is none",
    why: failing("unreachable", { status: 200 }),
    state: "error",
    reason: "service-unreachable",
  },
  {
    when: "the answer has an undocumented status",
    why: failing("refused", { status: 302 }),
    state: "error",
    reason: "workspace-unavailable",
  },
])("what is granted is '$state' where $when", async ({ why, state, reason }) => {
  const { checks } = await permissionFindings([need], () => Promise.resolve(why), "w", 1);
  expect(checks.map((check) => [check.code, check.state, check.reason])).toEqual([
    ["permission-not-checked", state, reason],
  ]);
});
