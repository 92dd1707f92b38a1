import type { JournalEntry } from "../emulator/journal.ts";
import { median, type Measured } from "./measure.ts";

/** One work, as each contender did it, turn by turn. */
export type BulkResult = {
  readonly title: string;
  /** What it counts as, among the targets. */
  readonly time: "first" | "second" | "other";
  /** How many times as fast as azure-ai-ml the action has to be. */
  readonly atLeast?: number;
  readonly action: readonly Measured[];
  readonly official: readonly Measured[];
};

export type BulkCircumstances = {
  readonly date: string;
  readonly machine: string;
  readonly versions: string;
  readonly load: readonly [number, number];
};

const isSignIn = ({ path }: JournalEntry) => path.includes("/oauth2/");
const isBlob = ({ host }: JournalEntry) => host.includes(".blob.");
const isRead = ({ method }: JournalEntry) => ["GET", "HEAD", "CONNECT"].includes(method);

/** Writes of Azure Resource Manager, access to the storage included. */
const writes = ({ requests }: Measured) =>
  requests.filter((entry) => !isRead(entry) && !isSignIn(entry) && !isBlob(entry)).length;

const uploads = ({ requests }: Measured) => requests.filter((entry) => isBlob(entry) && !isRead(entry)).length;

const most = (values: readonly number[]) => Math.max(...values);

/** How many times as fast as azure-ai-ml: of each turn, because what else the machine does falls on both of its calls. */
function ratios({ action, official }: BulkResult): readonly number[] {
  return action.flatMap(({ seconds }, turn) => {
    const theirs = official[turn];
    return theirs === undefined ? [] : [theirs.seconds / seconds];
  });
}

function spread(values: readonly number[], digits: number, unit: string): string {
  const middle = `${median(values).toFixed(digits)}${unit}`;
  if (values.length < 2) return middle;
  return `${middle} (${Math.min(...values).toFixed(digits)}–${most(values).toFixed(digits)})`;
}

function row(title: string, who: string, measured: readonly Measured[]): string {
  const cells = [
    title,
    who,
    spread(
      measured.map(({ seconds }) => seconds),
      2,
      " s",
    ),
    `${median(measured.map(({ cpuSeconds }) => cpuSeconds)).toFixed(2)} s`,
    `${most(measured.map(({ peakMegabytes }) => peakMegabytes)).toFixed(0)} MB`,
    String(median(measured.map(({ requests }) => requests.length))),
    `${(median(measured.map(({ bytes }) => bytes)) / 1e6).toFixed(2)} MB`,
    String(median(measured.map(writes))),
  ];
  return `| ${cells.join(" | ")} |`;
}

export function bulkRows(result: BulkResult): readonly string[] {
  const { title, action, official } = result;
  const rows = [row(title, "action", action)];
  if (official.length === 0) return rows;
  const times = spread(ratios(result), 1, "");
  const cpu = median(official.map(({ cpuSeconds }) => cpuSeconds)) / median(action.map(({ cpuSeconds }) => cpuSeconds));
  const requests =
    median(official.map(({ requests: all }) => all.length)) / median(action.map(({ requests: all }) => all.length));
  return [
    ...rows,
    row("", "azure-ai-ml", official),
    `| | **azure-ai-ml ÷ action** | **${times}** | **${cpu.toFixed(1)}** | | **${requests.toFixed(1)}** | | |`,
  ];
}

type Target = readonly [target: string, measured: string, isMet: boolean];

function targetsOf(result: BulkResult): readonly Target[] {
  const { title, time, atLeast, action, official } = result;
  const targets: Target[] = [];
  if (atLeast !== undefined && official.length > 0) {
    const times = median(ratios(result));
    targets.push([`${title}: at least ${atLeast} times as fast`, `${times.toFixed(1)} times`, times >= atLeast]);
  }
  if (time === "second") {
    const [sent, written] = [most(action.map(uploads)), most(action.map(writes))];
    targets.push([
      `${title}: no content, no write but the job's`,
      `${sent} uploads, ${written} write${written === 1 ? "" : "s"}`,
      sent === 0 && written === 1,
    ]);
    const [ours, theirs] = [action, official].map((all) => median(all.map(({ requests }) => requests.length)));
    if (ours !== undefined && theirs !== undefined)
      targets.push([`${title}: at most a third of the requests`, `${ours} of ${theirs}`, ours * 3 <= theirs]);
  }
  return targets;
}

/** The whole of BULK.md. */
export function renderBulk(results: readonly BulkResult[], circumstances: BulkCircumstances): string {
  const { date, machine, versions, load } = circumstances;
  const peak = most(results.flatMap(({ action }) => action.map(({ peakMegabytes }) => peakMegabytes)));
  const targets: readonly Target[] = [
    ...results.flatMap(targetsOf),
    ["at most 110 MB at the peak, whatever the work", `${peak.toFixed(0)} MB`, peak <= 110],
  ];
  return [
    "# What goes over the wire in bulk, beside azure-ai-ml",
    "",
    "<!-- Written by `npm run bench:bulk`; not to be edited. -->",
    "",
    `${date}, ${machine}; ${versions}. Load average ${load.map((one) => one.toFixed(1)).join(" before, ")} after: beyond 1, the`,
    "times say more of the neighbours than of the contenders, and the time of a processor says more than the wall time.",
    "",
    "Both do the same work by turns, each on files of its own, against the emulator, through its proxy; who begins changes",
    "with each turn. Times and counts are medians with the fastest and the slowest turn, peaks the highest of all turns;",
    "ratios are those of a turn's pair. Writes are those of Azure Resource Manager, access to the storage included.",
    "",
    "Submissions upload to a store that keeps everything in memory (`bench/blob-store.ts`). With Azurite, which takes up to 16 s",
    "of a processor for 500 MB in blocks, both wait for the store and for nothing else. What is followed and fetched comes from",
    "Azurite, as the job left it; the job's own time is in these times.",
    "",
    "## Targets",
    "",
    "| Target | Measured | |",
    "| --- | --- | --- |",
    ...targets.map(([target, measured, isMet]) => `| ${target} | ${measured} | ${isMet ? "met" : "**missed**"} |`),
    "",
    "Why a command job that is submitted again takes more requests than a third: azure-ai-ml reads and checks nothing, and",
    "asks for a sign-in (2), the code (2), the environment and the job. A third of that is the sign-in and the job's own write.",
    "The action needs six reads beside them: the cloud's metadata, the workspace, the compute (a run that would not start is",
    "refused before anything is written), the run of that name (a run is submitted once), the code, and the environment.",
    "",
    "## Measured",
    "",
    "| What | Who | Wall time | Processor | Peak | Requests | Over the network | Writes |",
    "| --- | --- | --: | --: | --: | --: | --: | --: |",
    ...results.flatMap(bulkRows),
    "",
    "## Again",
    "",
    "`npm run bench:bulk` repeats it all and writes this file (`-- --turns N` for more turns, `-- --only CASE` for one case and",
    "no file: small-files, large-files, pipeline, log, download). It needs Python 3.9 or newer and a quiet machine.",
    "",
  ].join("\n");
}
