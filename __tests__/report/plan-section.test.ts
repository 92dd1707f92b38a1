import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { plainText, type Block } from "../../src/report/document.ts";
import { markdownSections } from "../../src/report/render/markdown.ts";
import { bytesOf, summaryBytes, truncate } from "../../src/report/render/size-limit.ts";
import { commentBytes } from "../../src/report/render/comment.ts";
import { groupNames, planCounts, planGroups } from "../../src/report/plan-groups.ts";
import { reportOf } from "../../src/report/report.ts";
import type { AssetReport, PlanAction, PlannedDeployment, PlannedStep, Result } from "../../src/report/result.ts";
import { planSection } from "../../src/report/sections/plan.ts";
import { bare } from "../support/results.ts";

const step = (target: string, action: PlanAction, change: Partial<PlannedStep> = {}): PlannedStep => ({
  ...{ target, type: "amlcompute", action, reason: `Why ${target}.`, changes: [], findings: [] },
  ...change,
});
const size = { field: "size", from: "Standard_DS3_v2", to: "Standard_NC6s_v3", means: "recreate" } as const;

const base: Result = { ...bare, command: "plan" };
const planned = (steps: readonly PlannedStep[], more: Partial<Result> = {}): Result => ({
  ...base,
  plan: { hasChanges: true, steps },
  ...more,
});
const blocksOf = (result: Result): readonly Block[] => planSection(result).flatMap(({ blocks }) => blocks);
const headingsOf = (blocks: readonly Block[]) =>
  blocks.flatMap((block) => (block.kind === "heading" ? [plainText(block.content)] : []));
/** The rows of the table below a heading, cell by cell behind the titles of their columns. */
function rowsBelow(blocks: readonly Block[], title: string, which = 0): readonly string[] {
  const at = blocks.findIndex((block) => block.kind === "heading" && plainText(block.content) === title);
  const table = blocks.slice(at).filter((block) => block.kind === "table")[which];
  if (at < 0 || table?.kind !== "table") throw new Error(`There is no table below ${title}.`);
  return table.rows.map((row) =>
    row.map((cell, index) => `${table.columns?.[index]?.title ?? ""}: ${plainText(cell)}`).join(" | "),
  );
}

describe("a plan", () => {
  const everyAction: readonly PlanAction[] = [
    ...(["none", "create", "attach", "update", "reattach", "recreate", "replace", "adopt"] as const),
    ...(["detach", "delete", "join", "wait", "refuse"] as const),
  ];

  it("is grouped by what it does, what is refused and what destroys first, and counted in its heading", () => {
    const steps = [...everyAction, "create" as const].map((action, index) => step(`t${index}`, action));
    const left = step("left", "none", { changes: [size], means: "recreate" });
    const [title, ...groups] = headingsOf(blocksOf(planned([...steps, left])));
    expect(title).toBe(
      "Plan: !1 refused, -1 to delete, -/+1 to delete and create again, -1 to detach, ±1 to re-attach, " +
        "±1 to replace another attachment, ~1 to update, +2 to create, +1 to attach, =1 to adopt, …2 in flight, " +
        "≠1 left with differences, 1 unchanged",
    );
    expect(`Plan: ${[...groups, "1 unchanged"].join(", ")}`).toBe(title);
  });

  it("says how a field changes, and which inputs would allow what is refused, together where both are needed", () => {
    const allowedBy = [
      [
        { input: "on-drift", value: "reattach" },
        { input: "allow-delete", value: "true" },
      ],
    ] as const;
    const conflict = [
      [{ input: "on-conflict", value: "adopt" }],
      [{ input: "on-conflict", value: "replace" }],
    ] as const;
    const blocks = blocksOf(
      planned([
        step("gpu", "refuse", { changes: [size], means: "recreate", allowedBy }),
        step("vm", "refuse", { type: "virtualmachine", allowedBy: conflict }),
        step("cpu", "update", { changes: [{ ...size, field: "max_instances", from: "2", to: "4" }] }),
      ]),
    );
    expect(rowsBelow(blocks, "!2 refused")).toEqual([
      "Name: gpu | Kind: managed cluster | Changes: size: Standard_DS3_v2 → Standard_NC6s_v3 | To allow it: on-drift: reattach and allow-delete: true | Why: Why gpu.",
      "Name: vm | Kind: virtual machine | Changes:  | To allow it: on-conflict: adopt, or on-conflict: replace | Why: Why vm.",
    ]);
    expect(rowsBelow(blocks, "~1 to update")).toEqual([
      "Name: cpu | Kind: managed cluster | Changes: max_instances: 2 → 4 | Why: Why cpu.",
    ]);
  });

  it("has assets and releases in the same groups, a release with its steps and where the traffic goes", () => {
    const assets: readonly AssetReport[] = [
      { kind: "data", name: "titanic", version: "3", action: "create", reason: "There is no version 3 of it yet." },
      { kind: "model", name: "clf", version: "1", action: "none", reason: "It is registered." },
    ];
    const release: PlannedDeployment = {
      ...{ endpoint: "clf", deployment: "green", type: "managed", strategy: "blue-green" },
      steps: [
        { action: "create", what: "the deployment green", reason: "It differs from blue." },
        { action: "move-traffic", what: "100 % to green", reason: "" },
      ],
      trafficBefore: { blue: 100 },
      trafficAfter: { green: 100 },
    };
    const { plan } = planned([step("cpu", "create", { reason: "It is not in the workspace." })]);
    const result = { ...base, assets, ...(plan === undefined ? {} : { plan: { ...plan, deployments: [release] } }) };
    const blocks = blocksOf(result);
    expect(headingsOf(blocks)[0]).toBe("Plan: +3 to create, 1 unchanged");
    expect(rowsBelow(blocks, "+3 to create")).toEqual([
      "Name: cpu | Kind: managed cluster | Why: It is not in the workspace.",
      "Name: titanic version 3 | Kind: data asset | Why: There is no version 3 of it yet.",
    ]);
    expect(rowsBelow(blocks, "+3 to create", 1)).toEqual([
      "Name: clf / green | Kind: managed online, blue-green | Steps: create the deployment green: It differs from blue. move traffic: 100 % to green traffic: blue 100 % → green 100 %",
    ]);
    // Nowhere else in the report.
    expect(JSON.stringify(reportOf(result)).split("titanic")).toHaveLength(2);
  });

  it.each<[PlannedDeployment["steps"][number]["action"], string]>([
    ["create", "+1 to create"],
    ["register", "~1 to update"],
    ["update", "~1 to update"],
    ["move-traffic", "~1 to update"],
    ["mirror", "~1 to update"],
    ["set-default", "~1 to update"],
    ["delete", "-1 to delete"],
    ["none", "1 unchanged"],
    ["test", "1 unchanged"],
  ])("counts a release that would %s as %s", (action, words) => {
    const deployments = [{ endpoint: "clf", type: "aci", steps: [{ action, what: "clf", reason: "Why." }] }];
    const blocks = blocksOf({ ...base, plan: { hasChanges: true, steps: [], deployments } });
    expect(headingsOf(blocks)[0]).toBe(`Plan: ${words}`);
  });

  it("counts everything once, whatever is planned", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...everyAction), { maxLength: 30 }), (actions) => {
        const counts = planCounts({ steps: actions.map((action, index) => step(`t${index}`, action)) });
        expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(actions.length);
        expect(counts.map(({ group }) => groupNames.indexOf(group))).toEqual(
          counts.map(({ group }) => groupNames.indexOf(group)).sort((a, b) => a - b),
        );
        for (const { group } of counts) expect(planGroups[group].words).toMatch(/\w/);
      }),
    );
  });
});

describe("a plan of 60 targets", () => {
  const name = (index: number) => `cluster-${String(index).padStart(2, "0")}`;
  const reason = "It is as declared.";
  const sixty = Array.from({ length: 60 }, (_, index) =>
    index < 2
      ? step(name(index), "create", { reason: "It is not in the workspace." })
      : index === 2
        ? step(name(index), "update", { changes: [{ ...size, field: "max_instances", from: "2", to: "4" }] })
        : step(name(index), "none", { reason }),
  );
  const texts = markdownSections(reportOf(planned(sixty))).map(({ text }) => text);
  const summary = texts.join("\n");

  it("is told on the first screen by its counts, and only what changes has a row in sight", () => {
    const [before = "", folded = ""] = summary.split("<details><summary>&#53;7 unchanged</summary>");
    expect(before).toContain("&#54;0 targets&#58; 1 to update, 2 to create, 57 unchanged.");
    expect(before).toContain("### Plan&#58; &#126;1 to update, &#43;2 to create, 57 unchanged");
    expect(before.split("\n").filter((line) => line.startsWith("| <code>"))).toHaveLength(3);
    expect(before.split("\n").length).toBeLessThan(40);
    expect(folded.split("\n").filter((line) => line.startsWith("| <code>"))).toHaveLength(57);
    // What they share is said once.
    expect(summary.split(reason)).toHaveLength(2);
  });

  it("loses the unchanged ones first where a report has to be cut, and what is refused last", () => {
    const steps = [
      ...Array.from({ length: 400 }, (_, index) => step(`unchanged-${index}`, "none")),
      ...Array.from({ length: 400 }, (_, index) => step(`created-${index}-${"x".repeat(200)}`, "create")),
      ...Array.from({ length: 40 }, (_, index) => step(`refused-${index}`, "refuse")),
    ];
    const sections = markdownSections(reportOf(planned(steps)));
    const cut = truncate(sections, commentBytes, "The rest is elsewhere.");
    expect(bytesOf(cut)).toBeLessThanOrEqual(commentBytes);
    expect(cut).toContain("refused-39<");
    expect(cut).toContain("created-0-");
    expect(cut).not.toContain("created-399-");
    expect(cut).not.toContain("unchanged-0<");
    expect(bytesOf(sections.map(({ text }) => text).join("\n"))).toBeLessThan(summaryBytes);
  });
});
