import { expect, it } from "@jest/globals";
import type { AzureFailure } from "../../src/azure/outcome.ts";
import { permissionFindings } from "../../src/doctor/permissions.ts";
import type { Need } from "../../src/permissions/needs.ts";

const need: Need = {
  action: "Microsoft.MachineLearningServices/workspaces/read",
  plane: "control",
  scope: "/subscriptions/s/resourceGroups/r",
  level: "required",
  purpose: "read the workspace",
};
const failure = (reason: AzureFailure["reason"], status?: number): AzureFailure => ({
  reason,
  ...(status === undefined ? {} : { status }),
  error: { code: "X", message: "It said so.", details: [] },
});

it.each([
  { when: "the identity may not ask for it", why: failure("refused", 403), state: "not-checked", reason: undefined },
  { when: "the scope is not there", why: failure("not-found", 404), state: "not-checked", reason: undefined },
  { when: "the answer is none", why: failure("unreachable", 200), state: "error", reason: "service-unreachable" },
  {
    when: "the answer has an undocumented status",
    why: failure("refused", 302),
    state: "error",
    reason: "workspace-unavailable",
  },
])("what is granted is '$state' where $when", async ({ why, state, reason }) => {
  const { checks } = await permissionFindings([need], () => Promise.resolve({ ok: false, failure: why }), "w", 1);
  expect(checks.map((check) => [check.code, check.state, check.reason])).toEqual([
    ["permission-not-checked", state, reason],
  ]);
});
