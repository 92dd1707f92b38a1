import { heading, type Section, type TimelineBar, type Tone } from "../document.ts";
import type { ChildReport, DeploymentReport, Result, RunReport, TargetReport } from "../result.ts";
import { releaseName, releaseEndings, tones } from "../wording.ts";

/** More bars than this are a picture in which nobody finds anything. Our choice. */
const mostBars = 40;

/** A bar with its times as they are: milliseconds since the epoch. */
type Span = Omit<TimelineBar, "from" | "seconds"> & { readonly start: number; readonly end: number };

/** What took its time when: the targets that were written, the run with its phases and steps, the deployments. */
export function timelineSection(result: Pick<Result, "targets" | "run" | "deployments">): readonly Section[] {
  const { targets, run, deployments } = result;
  const spans = [
    ...targets.flatMap(ofTarget),
    ...(run === undefined ? [] : ofRun(run)),
    ...deployments.flatMap(ofDeployment),
  ]
    .filter(({ start, end }) => Number.isFinite(start) && Number.isFinite(end))
    .sort((a, b) => a.start - b.start)
    .slice(0, mostBars);
  // One thing alone has nothing beside which it took its time; how long it took is said with it.
  if (spans.length < 2) return [];
  const start = Math.min(...spans.map((span) => span.start));
  const bars = spans.map(({ start: from, end, ...bar }) => ({
    ...bar,
    from: (from - start) / 1000,
    seconds: Math.max(0, end - from) / 1000,
  }));
  return [{ rank: 4, reportOnly: true, blocks: [heading(2, "Timeline"), { kind: "timeline", bars }] }];
}

function spanOf(
  subject: string,
  phase: string,
  tone: Tone,
  { startedAt, durationSeconds }: { readonly startedAt?: string; readonly durationSeconds?: number },
): readonly Span[] {
  if (startedAt === undefined || durationSeconds === undefined) return [];
  const start = Date.parse(startedAt);
  return [{ subject, phase, tone, start, end: start + durationSeconds * 1000 }];
}

const outcomeTones: Readonly<Record<TargetReport["outcome"], Tone>> = {
  succeeded: "good",
  failed: "bad",
  skipped: "neutral",
  "in-progress": "waiting",
};

function ofTarget(target: TargetReport): readonly Span[] {
  if (target.action === "none" || target.action === "refuse") return [];
  const phase = target.action === "detach" || target.action === "delete" ? "removal" : "provisioning";
  return spanOf(target.name, phase, outcomeTones[target.outcome], target);
}

function ofRun(run: RunReport): readonly Span[] {
  const { name, phases, conclusion, children = [] } = run;
  const steps = children.flatMap((child) => ofStep(child));
  if (phases === undefined) return [...spanOf(name, "run", tones[conclusion], run), ...steps];
  const own = phases.flatMap((phase) =>
    spanOf(name, phase.phase, phase.phase === "running" ? tones[conclusion] : "waiting", phase),
  );
  return [...own, ...steps];
}

/** The trials of a sweep are many, and none of them is waited for by another. */
function ofStep(child: ChildReport): readonly Span[] {
  return child.step === undefined ? [] : spanOf(child.step, "step", tones[child.conclusion], child);
}

function ofDeployment(report: DeploymentReport): readonly Span[] {
  const { action } = report;
  return action === "unchanged" ? [] : spanOf(releaseName(report), "deployment", releaseEndings[action].tone, report);
}
