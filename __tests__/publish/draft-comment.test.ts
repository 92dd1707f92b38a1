import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { marked } from "marked";
import { bytesOf } from "../../src/report/render/size-limit.ts";
import { decideComment, draftComment, type Draft } from "../../src/publish/draft-comment.ts";
import { bare, everyResult } from "../support/results.ts";
import { commentBytes, marker, outdated, readMarker } from "../../src/report/render/comment.ts";
import type { Result } from "../../src/report/result.ts";
import type { ProblemCode } from "../../src/yaml/problem-codes.ts";

const { workspace: _, ...nothingToSay } = bare;
const quiet: Result = { ...nothingToSay, command: "plan" };
const older = "a".repeat(40);
const head = "b".repeat(40);
const facts = { identity: "0123456789abcdef", commit: head, runUrl: "https://github.com/o/r/actions/runs/1" };
const draft = (change: Partial<Result> = {}, at: Partial<typeof facts> = {}): Draft =>
  draftComment({ ...quiet, ...change }, { ...facts, ...at });

const problem = { code: "unknown-key" as const, severity: "error" as const, message: "m", fix: "f" };
const mistaken = {
  command: "validate" as const,
  conclusion: "failure" as const,
  failures: ["bad"],
  problems: [problem],
};
const validated = { command: "validate" as const };

describe("what is done about a comment", () => {
  it.each([
    { when: "nothing is there and there is nothing to say", mine: draft(), step: "nothing: quiet" },
    { when: "nothing is there and there is something to say", mine: draft(mistaken), step: "create" },
    { when: "nothing is there and the head moved", mine: draft(mistaken, { commit: older }), step: "nothing: newer" },
    { when: "it says the same", there: draft(mistaken).body, mine: draft(mistaken), step: "nothing: same" },
    {
      when: "it says the same of another workflow run",
      there: draft(mistaken).body,
      mine: draft(mistaken, { runUrl: "https://github.com/o/r/actions/runs/2" }),
      step: "nothing: same",
    },
    {
      when: "GitHub gave it other line ends",
      there: draft(mistaken).body.replaceAll("\n", "\r\n").trimEnd(),
      mine: draft(mistaken),
      step: "nothing: same",
    },
    { when: "all is well by now", there: draft(mistaken).body, mine: draft(validated), step: "update: different" },
    {
      when: "it says the same of an older commit",
      there: draft(mistaken, { commit: older }).body,
      mine: draft(mistaken),
      step: "update: different",
    },
    {
      when: "it is about the head, and this step about an older commit",
      there: draft().body,
      mine: draft(mistaken, { commit: older }),
      step: "nothing: newer",
    },
    {
      when: "it is about an older commit, and so is this step",
      there: draft({}, { commit: older }).body,
      mine: draft(mistaken, { commit: older }),
      step: "update: outdated",
    },
    {
      when: "it is marked as outdated already",
      there: outdated(draft({}, { commit: older }).body, head),
      mine: draft(mistaken, { commit: older }),
      step: "nothing: newer",
    },
    {
      when: "validate found nothing, and it is the plan of this commit",
      there: draft().body,
      mine: draft(validated),
      step: "nothing: other-command",
    },
    {
      when: "validate found nothing, and it is the plan of an older commit",
      there: draft({}, { commit: older }).body,
      mine: draft(validated),
      step: "update: outdated",
    },
    {
      when: "validate found something, and it is the plan",
      there: draft().body,
      mine: draft(mistaken),
      step: "update: different",
    },
  ])("$step when $when", ({ there, mine, step }) => {
    const decided = decideComment(there, mine, head);
    expect("because" in decided ? `${decided.do}: ${decided.because}` : decided.do).toBe(step);
  });

  it("says whose word is outdated, once, however often the head moves", () => {
    const moved = outdated(outdated(draft({}, { commit: older }).body, "c".repeat(40)), head);
    expect(moved).toContain(`Outdated: this is about commit ${older}, and the pull request is at ${head} now.`);
    expect(moved.match(/Outdated/g)).toHaveLength(1);
    expect(readMarker(moved)).toEqual({ identity: facts.identity, commit: older, command: "plan" });
  });
});

describe("what is worth a comment", () => {
  const step = (action: "create" | "none") => ({
    target: "t",
    type: "amlcompute",
    action,
    reason: "r",
    changes: [],
    findings: [],
  });
  it.each([
    ["a plan that changes nothing", { plan: { hasChanges: false, steps: [step("none")] } }, false],
    ["a plan that creates", { plan: { hasChanges: true, steps: [step("create")] } }, true],
    ["an error", mistaken, true],
    ["a warning", { problems: [{ ...problem, severity: "warning" as const }] }, true],
    ["a remark", { problems: [{ ...problem, severity: "notice" as const }] }, false],
    [
      "an environment that is registered",
      { assets: [{ kind: "environment" as const, name: "e", version: "1", action: "create" as const, reason: "r" }] },
      true,
    ],
    ["something that is in progress", { leftGoing: [{ what: "w", next: "n" }] }, true],
  ])("%s: %#", (_, change, expected) => {
    expect(draft(change).worthSaying).toBe(expected);
  });
});

describe("what a comment leaves out", () => {
  it("is what changes from run to run, the files, and the log, which nobody hides secrets in", () => {
    for (const { result } of everyResult()) {
      const body = draftComment(result, facts).body;
      expect(body).not.toMatch(
        /Started|State \| Duration|serialised|without a lease|End of the log|Traceback|declaration file/,
      );
    }
    const targets = everyResult().find(({ name }) => name === "targets")?.result ?? quiet;
    const body = draftComment(targets, facts).body;
    expect(body).toContain("| Target | Kind | Action | State |\n");
    expect(body).toContain("| <code>cpu</code> | managed cluster | create | Failed |\n");
    expect(body).toContain("- <code>vm</code>&#58; The time limit passed.");
  });
});

/** Whatever anybody may write into names, messages and values. */
const hostile = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 300 }),
  fc
    .array(
      fc.constantFrom(
        "-->",
        "<!--",
        marker({ identity: "0123456789abcdef", commit: older, command: "plan" }),
        "```",
        "``````",
        "~~~",
        "|",
        "\n",
        "\r\n",
        "\n\n## ",
        "\n<sub>",
        "</details>",
        "<details>",
        "</sub>",
        "👩‍👩‍👧‍👦",
        "größe",
        "日本語",
        "\u202e",
        "@octocat",
        "#1",
        "\\",
        "`",
        "x".repeat(500),
      ),
      { maxLength: 60 },
    )
    .map((parts) => parts.join("")),
);
/** Seldom small: the limit has to be met. */
const size = { minLength: 0, maxLength: 120, size: "max" as const };
const position = fc.record({ file: hostile, line: fc.nat(), column: fc.nat() });
const result: fc.Arbitrary<Result> = fc.record({
  schemaVersion: fc.constant(1 as const),
  command: fc.constantFrom("validate", "plan", "apply", "up", "train"),
  conclusion: fc.constantFrom("success", "failure"),
  failures: fc.array(hostile, { maxLength: 20 }),
  workspace: fc.record({ subscriptionId: hostile, resourceGroup: hostile, name: hostile }),
  files: fc.constant([]),
  skipped: fc.constant([]),
  problems: fc.array(
    fc.record({
      code: hostile.map((text) => text as ProblemCode),
      severity: fc.constantFrom("error", "warning", "notice"),
      where: position,
      message: hostile,
      fix: hostile,
    }),
    size,
  ),
  plan: fc.record({
    hasChanges: fc.boolean(),
    steps: fc.array(
      fc.record({
        target: hostile,
        type: hostile,
        action: fc.constantFrom("create", "none", "refuse"),
        reason: hostile,
        changes: fc.array(
          fc.record({
            field: hostile,
            from: hostile,
            to: hostile,
            means: fc.constantFrom("in-place", "reattach", "recreate"),
          }),
          { maxLength: 4 },
        ),
        findings: fc.array(
          fc.record({
            severity: fc.constantFrom("error", "warning", "not-checked"),
            code: hostile,
            message: hostile,
            advice: hostile,
          }),
          { maxLength: 2 },
        ),
      }),
      size,
    ),
  }),
  targets: fc.constant([]),
  environments: fc.constant([]),
  deployments: fc.constant([]),
  assets: fc.array(
    fc.record({
      kind: fc.constantFrom("environment", "data"),
      name: hostile,
      version: hostile,
      action: fc.constantFrom("create", "none"),
      reason: hostile,
    }),
    { maxLength: 10 },
  ),
  run: fc.record({
    name: hostile,
    status: hostile,
    conclusion: fc.constantFrom("success", "failure"),
    reused: fc.boolean(),
    compute: hostile,
    metrics: fc.array(
      fc.record({
        name: hostile,
        last: fc.double(),
        points: fc.array(fc.record({ step: fc.nat(), value: fc.double() }), { maxLength: 30 }),
      }),
      { maxLength: 8 },
    ),
    gates: fc.constant([]),
    logTail: hostile,
  }),
  leftGoing: fc.array(fc.record({ what: hostile, next: hostile }), { maxLength: 5 }),
  startedAt: fc.constant("2026-01-01T00:00:00.000Z"),
  durationSeconds: fc.constant(1),
});

describe("whatever a result holds", () => {
  it("a comment is below the limit, found again, whole in its Markdown, and can be marked as outdated", () => {
    let cut = 0;
    fc.assert(
      fc.property(result, (value) => {
        const { body } = draftComment(value, { ...facts, commit: older });
        expect(bytesOf(body)).toBeLessThanOrEqual(commentBytes);
        expect(readMarker(body)).toEqual({ identity: facts.identity, commit: older, command: value.command });
        if (body.includes("This report was cut")) cut += 1;

        const moved = outdated(body, head);
        expect(bytesOf(moved)).toBeLessThan(65_536);
        expect(readMarker(moved)).toEqual(readMarker(body));
        expect(decideComment(moved, { ...draft(), commit: older }, head).do).toBe("nothing");

        for (const text of [body, moved]) checkMarkdown(text);
      }),
      { numRuns: 40 },
    );
    // Or else this would have shown nothing.
    expect(cut).toBeGreaterThan(10);
  });
});

/** Every fence is closed by its own length, every row has as many cells as its head, and nothing but ours is HTML. */
function checkMarkdown(text: string): void {
  let fence: string | undefined;
  let columns = 0;
  for (const line of text.split("\n")) {
    const ticks = /^(`{3,})(\w*)$/.exec(line);
    if (fence !== undefined) {
      if (ticks?.[1] === fence && ticks[2] === "") fence = undefined;
      continue;
    }
    if (ticks?.[1] !== undefined) {
      fence = ticks[1];
      continue;
    }
    if (!line.startsWith("|")) {
      columns = 0;
      continue;
    }
    expect(line.endsWith(" |")).toBe(true);
    const cells = line.split("|").length;
    if (columns === 0) columns = cells;
    expect(cells).toBe(columns);
  }
  expect(fence).toBeUndefined();
  const html = marked.parse(text, { gfm: true, async: false });
  expect(html.match(/<!--/g)).toHaveLength(1);
  expect(html.match(/<sub>/g)).toHaveLength(1);
  expect(html).toMatch(/<sub><a href="https:\/\/github\.com\/o\/r\/actions\/runs\/1">[^<]*<\/a><\/sub>/);
  const folds = (tag: RegExp) => html.match(tag)?.length ?? 0;
  expect(folds(/<\/details>/g)).toBe(folds(/<details><summary>/g));
  expect(folds(/<\/?details/g)).toBe(2 * folds(/<\/details>/g));
}
