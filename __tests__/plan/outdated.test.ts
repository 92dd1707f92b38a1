import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { changesSince, differencesIn, optionChanges } from "../../src/plan/outdated.ts";
import type { PlanFile, PlanFileStep } from "../../src/plan/plan-file.ts";

const step = (fields: Partial<PlanFileStep> = {}): PlanFileStep => ({
  target: "gpu",
  type: "amlcompute",
  action: "update",
  reason: "max_instances can be changed in place.",
  changes: [{ field: "max_instances", from: "2", to: "4", means: "in-place" }],
  declared: { properties: { max: 4 } },
  requests: [{ method: "PATCH", path: "/computes/gpu", apiVersion: "1", body: { max: 4 } }],
  ...fields,
});
const keep = step({ action: "none", reason: "It is as declared.", changes: [], requests: [] });
const whole = (...steps: PlanFileStep[]) => ({ steps, assets: [] });

type Case = {
  readonly when: string;
  readonly plan: PlanFileStep;
  readonly now: PlanFileStep;
  readonly expected: RegExp | undefined;
};

describe("changes since a plan was made", () => {
  it.each<Case>([
    { when: "nothing has changed", plan: step(), now: step(), expected: undefined },
    { when: "the name differs in case", plan: step(), now: step({ target: "GPU" }), expected: undefined },
    { when: "the step has become a no-op", plan: step(), now: keep, expected: undefined },
    {
      when: "an operation is in flight",
      plan: step(),
      now: step({ action: "wait", requests: [] }),
      expected: undefined,
    },
    { when: "the operation has ended", plan: step({ action: "wait" }), now: keep, expected: undefined },
    {
      when: "the operation has ended and a change is left",
      plan: step({ action: "wait" }),
      now: step(),
      expected: /says 'wait'; now it is 'update'/,
    },
    {
      when: "a target is no longer as declared",
      plan: keep,
      now: step(),
      expected: /says 'none'; now it is 'update'\. max_instances/,
    },
    {
      when: "it became a no-op because both sides changed",
      plan: step(),
      now: { ...keep, declared: { properties: { max: 8 } } },
      expected: /its declaration has changed: properties\.max was 4 and is 8/,
    },
    {
      when: "the live value has changed",
      plan: step(),
      now: step({ changes: [{ field: "max_instances", from: "3", to: "4", means: "in-place" }] }),
      expected: /what differs has changed: max_instances was 2 → 4 and is 3 → 4/,
    },
    {
      when: "another request would be sent",
      plan: step(),
      now: step({ requests: [{ method: "PUT", path: "/computes/gpu", apiVersion: "1", body: { max: 4 } }] }),
      expected: /its requests have changed: 0\.method was PATCH and is PUT/,
    },
    {
      when: "it is refused now",
      plan: step(),
      now: step({ action: "refuse", reason: "It is in use." }),
      expected: /now it is refused\. It is in use\./,
    },
    {
      when: "another attachment would be used",
      plan: { ...keep, action: "adopt", adopts: "old" },
      now: { ...keep, action: "adopt", adopts: "older" },
      expected: /now uses the attachment 'older', in the plan it is 'old'/,
    },
    {
      when: "it is of another kind",
      plan: step(),
      now: step({ type: "virtualmachine" }),
      expected: /declared as virtualm/,
    },
  ])("$when", ({ plan, now, expected }) => {
    const changes = changesSince(whole(plan), whole(now)).map(({ sentence }) => sentence);
    if (expected === undefined) expect(changes).toEqual([]);
    else expect(changes).toEqual([expect.stringMatching(expected)]);
  });

  it("are targets that are gone or new, and assets", () => {
    const asset = { kind: "environment" as const, name: "env", version: "1", action: "create" as const, reason: "" };
    const data = { ...asset, kind: "data" as const, action: "none" as const };
    expect(
      changesSince(
        { steps: [step()], assets: [asset, { ...asset, name: "made" }, data, { ...data, version: "2" }] },
        {
          steps: [step({ target: "other" })],
          assets: [
            { ...asset, version: "2" },
            { ...asset, name: "made", action: "none" },
            data,
            { ...data, version: "3", action: "create" },
          ],
        },
      ),
    ).toEqual([
      { target: "gpu", sentence: "gpu: it is in the plan, but no longer declared." },
      { target: "other", sentence: "other: it is declared, but not in the plan." },
      {
        asset: "environment env",
        sentence: "environment env: the plan says 'create' of version 1; now it is 'create' of version 2.",
      },
      { asset: "data env", sentence: "data env: it is in the plan, but no longer declared." },
      { asset: "data env", sentence: "data env: it is declared, but not in the plan." },
    ]);
  });

  it("are none between a plan and itself, and at least one where two JSON values differ", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(differencesIn(a, a)).toEqual([]);
        const same = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
        expect(differencesIn(a, b).length > 0).toBe(!same);
      }),
      {
        examples: [
          [[], {}],
          [JSON.parse('{ "__proto__": {} }') as object, {}],
        ],
      },
    );
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}

it("compares the names in only as a set without case, and overrides in set exactly", () => {
  const options: PlanFile["options"] = {
    onDrift: "fail",
    onConflict: "fail",
    allowDelete: false,
    force: false,
    only: ["a", "B"],
    set: ["targets.a.x=1"],
  };
  expect(optionChanges(options, { ...options, only: ["b", "A"] })).toEqual([]);
  expect(optionChanges(options, { ...options, set: ["targets.a.x=2"] })).toEqual([
    "The plan was made with set: [targets.a.x=1]; now it is [targets.a.x=2].",
  ]);
});
