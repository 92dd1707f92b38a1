import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { ServiceError } from "../../src/azure/outcome.ts";
import { toResult } from "../../src/commands/to-result.ts";
import { draftComment } from "../../src/publish/draft-comment.ts";
import { errorSentence } from "../../src/report/error-text.ts";
import { failureOf, sentenceOf } from "../../src/report/failure.ts";
import { renderHtml } from "../../src/report/render/html.ts";
import { markdownSections } from "../../src/report/render/markdown.ts";
import { reportOf } from "../../src/report/report.ts";
import type {
  DeploymentReport,
  Failure,
  PlannedStep,
  Result,
  RunReport,
  TargetReport,
} from "../../src/report/result.ts";
import { doctorReport, failuresIn } from "../../src/doctor/report.ts";

/** What the parts of a command contribute, and the words that their failures are known by. */
type Contribution = Partial<Result> & { readonly failed: readonly Failure[]; readonly markers: readonly string[] };

let counted = 0;
const mark = () => `marker${(counted += 1)}x`;

/** An error with a leaf of its own, under as many errors as Azure likes. */
function errorOf(marker: string, depth: number): ServiceError {
  const leaf: ServiceError = { code: "LeafCode", message: `It broke at ${marker}.`, details: [] };
  return Array.from({ length: depth }).reduce<ServiceError>(
    (inner) => ({ code: "Outer", message: "Something was wrong.", details: [inner], correlationId: "c-1" }),
    leaf,
  );
}

const depth = fc.integer({ min: 0, max: 2 });
const target = fc
  .record({ depth, does: fc.constantFrom("fails", "is refused", "is left", "works") })
  .map(({ depth: deep, does }): Contribution => {
    const marker = mark();
    const name = `cpu-${marker.slice(6)}`;
    const base = { name, type: "amlcompute", provisioningErrors: [], durationSeconds: 1 };
    switch (does) {
      case "fails": {
        const error = errorOf(marker, deep);
        const report: TargetReport = { ...base, action: "create", outcome: "failed", provisioningErrors: [error] };
        const message = `${name} (managed cluster): ${errorSentence(error)}`;
        const shown = `${name} (managed cluster): ${sentenceOf(error)}.`;
        return {
          targets: [report],
          failed: [{ reason: "provisioning-failed", message, shown, error }],
          markers: [marker],
        };
      }
      case "is refused": {
        const note = `It differs in ${marker}. Change the declaration, or set on-drift to update.`;
        const report: TargetReport = { ...base, action: "refuse", outcome: "failed", note };
        const message = `${name} (managed cluster): ${note}`;
        return { targets: [report], failed: [{ reason: "drift", message }], markers: [marker] };
      }
      case "is left": {
        const note = `The time limit passed at ${marker}.`;
        const report: TargetReport = { ...base, action: "create", outcome: "in-progress", note };
        return { targets: [report], failed: [{ reason: "timeout", message: `${name}: ${note}` }], markers: [marker] };
      }
      default:
        return { targets: [{ ...base, action: "none", outcome: "succeeded" }], failed: [], markers: [] };
    }
  });

const run = fc.record({ depth, steps: fc.boolean() }).map(({ depth: deep, steps }): Contribution => {
  const [marker, other] = [mark(), mark()];
  const error = errorOf(marker, deep);
  const report: RunReport = {
    ...{ name: "run-1", status: "Failed", conclusion: "failure", reused: false, compute: "cpu", metrics: [] },
    gates: [{ metric: "loss", condition: "at most 1", passed: false, note: `nothing to compare with: ${other}` }],
    error,
    ...(steps
      ? {
          children: [
            { name: "id", step: "fit", status: "Failed", conclusion: "failure", parameters: {}, metrics: {}, error },
          ],
        }
      : {}),
  };
  return {
    run: report,
    failed: [
      { reason: "run-failed", message: `The run 'run-1' ended as Failed. ${sentenceOf(error)}`, error },
      { reason: "gate-missed", message: `The gate on loss was missed (nothing to compare with: ${other}).` },
    ],
    markers: [marker, other],
  };
});

const deployment = fc.record({ depth, isTested: fc.boolean() }).map(({ depth: deep, isTested }): Contribution => {
  const marker = mark();
  const endpoint = `clf-${marker.slice(6)}`;
  const base: DeploymentReport = {
    ...{ endpoint, deployment: "green", type: "managed", state: "Failed", action: "failed" },
    ...{ tests: [], notes: [], durationSeconds: 1 },
  };
  if (isTested) {
    const message = `Status 200 wanted at ${marker}, 502 got.`;
    const report: DeploymentReport = { ...base, tests: [{ name: "tests[0]", passed: false, calls: 1, message }] };
    const told = `The release of 'green' on '${endpoint}': a smoke test did not pass. ${message}`;
    return { deployments: [report], failed: [{ reason: "smoke-test-failed", message: told }], markers: [marker] };
  }
  const error = errorOf(marker, deep);
  const failure = failureOf(
    { reason: "refused", status: 400, error },
    `The deployment green of ${endpoint} could not be released`,
  );
  return { deployments: [{ ...base, error }], failed: [failure], markers: [marker] };
});

const planned = fc.constant(0).map((): Contribution => {
  const marker = mark();
  const name = `cpu-${marker.slice(6)}`;
  const reason = `It differs in ${marker}. Set on-drift to update.`;
  const step: PlannedStep = { target: name, type: "amlcompute", action: "refuse", reason, changes: [], findings: [] };
  return {
    plan: { hasChanges: false, steps: [step] },
    failed: [{ reason: "drift", message: `${name}: ${reason}` }],
    markers: [marker],
  };
});

const doctor = fc.constant(0).map((): Contribution => {
  const marker = mark();
  const part = {
    title: "Identity",
    checks: [
      {
        ...{ state: "error" as const, code: "sign-in", reason: "authentication-failed" as const },
        message: `Nobody is signed in: ${marker}.`,
        advice: `Add a credential for ${marker}-advice.`,
      },
    ],
  };
  return {
    doctor: doctorReport({
      parts: [part],
      identity: {},
      permissions: { permissions: [], missingActions: [], roles: [] },
    } as unknown as Parameters<typeof doctorReport>[0]),
    failed: failuresIn([part]),
    markers: [`${marker}.`, `${marker}-advice`],
  };
});

function resultOf(parts: readonly Contribution[]): { readonly result: Result; readonly markers: readonly string[] } {
  const [last] = parts.flatMap(({ run: one }) => one ?? []);
  const steps = parts.flatMap(({ plan }) => plan?.steps ?? []);
  const [found] = parts.flatMap(({ doctor: one }) => one ?? []);
  const result = toResult(
    "up",
    {
      workspace: { subscriptionId: "s", resourceGroup: "g", name: "mlw" },
      targets: parts.flatMap(({ targets = [] }) => targets),
      deployments: parts.flatMap(({ deployments = [] }) => deployments),
      ...(last === undefined ? {} : { run: last }),
      ...(steps.length === 0 ? {} : { plan: { hasChanges: false, steps } }),
      ...(found === undefined ? {} : { doctor: found }),
      failures: parts.flatMap(({ failed }) => failed),
    },
    0,
    1_000,
  );
  return { result, markers: parts.flatMap(({ markers }) => markers) };
}

const results = fc.oneof(
  fc
    .tuple(fc.array(target, { maxLength: 4 }), fc.option(run), fc.array(deployment, { maxLength: 2 }))
    .map((all) => resultOf(all.flat().filter((part) => part !== null))),
  fc.array(planned, { minLength: 1, maxLength: 3 }).map(resultOf),
  fc.array(doctor, { minLength: 1, maxLength: 1 }).map(resultOf),
);

const timesIn = (text: string, marker: string) => text.split(marker).length - 1;

describe("what went wrong", () => {
  it("is said once in the summary, in the page and in the comment, whatever failed", () => {
    fc.assert(
      fc.property(results, ({ result, markers }) => {
        const report = reportOf(result);
        const texts = {
          summary: markdownSections(report)
            .map(({ text }) => text)
            .join("\n"),
          page: renderHtml(report),
          comment: draftComment(result, { identity: "0123456789abcdef", commit: "a".repeat(40) }).body,
        };
        for (const [name, text] of Object.entries(texts))
          expect([name, markers.map((marker) => timesIn(text, marker))]).toEqual([name, markers.map(() => 1)]);
      }),
      { numRuns: 200 },
    );
  });

  it("is said once where the command's own sentence does not say it, and once where it has no parts", () => {
    const error = errorOf("at-the-leaf", 1);
    const { result } = resultOf([]);
    const failing: Result = {
      ...result,
      conclusion: "failure",
      failures: ["2 targets failed."],
      failureDetails: [{ reason: "provisioning-failed", message: "2 targets failed." }],
      targets: ["a", "b"].map((name) => ({
        ...{ name, type: "amlcompute", action: "create", outcome: "failed", durationSeconds: 1 },
        provisioningErrors: [error],
      })),
    };
    const { failureDetails: _, ...older } = failing;
    for (const one of [failing, older]) {
      const page = renderHtml(reportOf(one));
      // Two targets for one cause: the first says it for both.
      expect(timesIn(page, "at-the-leaf")).toBe(1);
      expect(page).toContain("2 targets failed.");
    }
  });

  it("of a part of what succeeded stands in that part", () => {
    const error = errorOf("in-a-step", 0);
    const { result } = resultOf([]);
    const step = {
      name: "id",
      step: "fit",
      status: "Failed",
      conclusion: "failure",
      parameters: {},
      metrics: {},
      error,
    } as const;
    const page = renderHtml(
      reportOf({
        ...result,
        run: {
          ...{ name: "run-1", status: "Completed", conclusion: "success", reused: false, compute: "cpu" },
          ...{ metrics: [], gates: [], children: [step] },
        },
      }),
    );
    expect(timesIn(page, "in-a-step")).toBe(1);
    expect(page.indexOf("in-a-step")).toBeGreaterThan(page.indexOf("<h2>Steps</h2>"));
  });
});
