import type { JournalEntry } from "../emulator/journal.ts";
import { fastest, median, purposeOf, type Measured } from "./measure.ts";

export type CaseResult = {
  readonly name: string;
  /** Markdown. */
  readonly title: string;
  /** What each contender took, turn by turn; `action`, `azure-ai-ml` and others beside them. */
  readonly contenders: Readonly<Record<string, readonly Measured[]>>;
};

/** What the numbers were made on. */
export type Circumstances = {
  readonly date: string;
  readonly machine: string;
  readonly versions: string;
  readonly turns: number;
  /** Mean number of processes that wanted a processor, in the minute before and in the minute after. */
  readonly load: readonly [number, number];
};

type Pick = (one: Measured) => number | undefined;

const columns: readonly {
  readonly title: string;
  readonly pick: Pick;
  readonly unit: string;
  readonly digits: number;
}[] = [
  { title: "wall time", pick: ({ seconds }) => seconds, unit: "s", digits: 3 },
  { title: "first ARM request", pick: ({ firstArmSeconds }) => firstArmSeconds, unit: "s", digits: 3 },
  { title: "first signed one", pick: ({ firstSignedSeconds }) => firstSignedSeconds, unit: "s", digits: 3 },
  { title: "peak memory", pick: ({ peakMegabytes }) => peakMegabytes, unit: "MB", digits: 0 },
  { title: "requests", pick: ({ requests }) => requests.length, unit: "", digits: 0 },
  { title: "connections", pick: ({ connections }) => connections, unit: "", digits: 0 },
  { title: "bytes", pick: ({ bytes }) => bytes / 1000, unit: "kB", digits: 1 },
];

/** The whole of RESULTS.md. */
export function renderResults(results: readonly CaseResult[], circumstances: Circumstances): string {
  const { date, machine, versions, turns, load } = circumstances;
  return [
    "# What the action costs, beside azure-ai-ml",
    "",
    "<!-- Written by `npm run bench`; not to be edited. -->",
    "",
    `${date}, ${machine}; ${versions}.`,
    "",
    `${turns} turns, in each of which every contender does its work once, one after the other, on the same files, against the`,
    "emulator, through its proxy, signed in as the same service principal. Numbers are medians, with the fastest turn behind",
    `them. Load average ${load.map((one) => one.toFixed(1)).join(" before, ")} after: far beyond 1, the times say more of the neighbours than of the`,
    "contenders.",
    "",
    "**action** starts as on a fresh runner. **action, again** finds the compiled code that an earlier step left in the tool",
    "cache. **azure-ai-ml** is a script of a few lines (`bench/azure_ai_ml.py`) whose modules Python has compiled before.",
    "Operations on endpoints end at once, and no Python serves the models; before each look at an operation the emulator has",
    "every client wait for a second.",
    "",
    "## Targets",
    "",
    "| Target | Measured | |",
    "| --- | --- | --- |",
    ...targets(results).map(
      ({ target, measured, met }) => `| ${target} | ${measured} | ${met ? "met" : "**not met**"} |`,
    ),
    "",
    "That `validate` loads no package of Azure, and what a no-op `apply` asks for, is tested in",
    "`__tests__/end-to-end/cost.test.ts`.",
    "",
    ...results.flatMap(section),
    "## Again",
    "",
    "`npm run bench` repeats it all and writes this file (`-- --turns N` for more turns, `-- --only CASE` for one case and no",
    "file). It needs Python 3.9 or newer and a quiet machine.",
    "",
  ].join("\n");
}

function section({ title, contenders }: CaseResult): readonly string[] {
  const shown = columns.filter(({ pick }) => Object.values(contenders).some((all) => all.some((one) => pick(one))));
  const row = (name: string, all: readonly Measured[]) =>
    `| ${name} | ${shown.map(({ pick, unit, digits }) => cell(all, pick, unit, digits)).join(" | ")} |`;
  const ours = contenders["action"] ?? [];
  const theirs = contenders["azure-ai-ml"] ?? [];
  return [
    `## ${title}`,
    "",
    `| | ${shown.map((column) => column.title).join(" | ")} |`,
    `| --- | ${shown.map(() => "--:").join(" | ")} |`,
    ...Object.entries(contenders).map(([name, all]) => row(name, all)),
    `| **azure-ai-ml ÷ action** | ${shown.map(({ pick }) => ratio(theirs, ours, pick)).join(" | ")} |`,
    "",
  ];
}

function valuesOf(all: readonly Measured[], pick: Pick): readonly number[] {
  return all.map(pick).filter((value) => value !== undefined);
}

function cell(all: readonly Measured[], pick: Pick, unit: string, digits: number): string {
  const values = valuesOf(all, pick);
  if (values.length === 0) return "–";
  const middle = `${median(values).toFixed(digits)}${unit === "" ? "" : ` ${unit}`}`;
  return unit === "s" ? `${middle} (${fastest(values).toFixed(digits)})` : middle;
}

function ratio(theirs: readonly Measured[], ours: readonly Measured[], pick: Pick): string {
  const [a, b] = [valuesOf(theirs, pick), valuesOf(ours, pick)];
  return a.length === 0 || b.length === 0 || median(b) === 0 ? "–" : `**${(median(a) / median(b)).toFixed(1)}**`;
}

type Target = { readonly target: string; readonly measured: string; readonly met: boolean };

function targets(results: readonly CaseResult[]): readonly Target[] {
  const of = (name: string, contender: string) =>
    results.find((result) => result.name === name)?.contenders[contender] ?? [];
  const above = median(
    of("validate", "action").map(({ seconds }, turn) => seconds - (of("validate", "bare node")[turn]?.seconds ?? NaN)),
  );
  const first = (contender: string) => median(valuesOf(of("plan", contender), (one) => one.firstArmSeconds));
  const sooner = first("azure-ai-ml") / first("action");
  const peak = Math.max(
    ...results.flatMap(({ contenders }) => (contenders["action"] ?? []).map((one) => one.peakMegabytes)),
  );
  return [
    {
      target: "`validate` of a small file: at most 0.1 s above `node -e 0`",
      measured: `${above.toFixed(3)} s above it`,
      met: above <= 0.1,
    },
    {
      target: "at most 0.25 s to the first ARM request",
      measured: `${first("action").toFixed(3)} s`,
      met: first("action") <= 0.25,
    },
    {
      target: "at least 8 times sooner than azure-ai-ml",
      measured: `${sooner.toFixed(1)} times`,
      met: sooner >= 8,
    },
    { target: "at most 110 MB at the peak, whatever the command", measured: `${peak.toFixed(0)} MB`, met: peak <= 110 },
    ...["apply", "apply-50"].map((name) => noOp(name, of(name, "action"))),
    nothingWritten(of("deploy", "action")),
    ...besideOfficialClient(of("release", "action"), of("release", "azure-ai-ml")),
  ];
}

/** Neither to Azure Resource Manager nor to the storage. */
function nothingWritten(all: readonly Measured[]): Target {
  const writes = all.map(({ requests }) => requests.filter(isWrite).length);
  const asked = median(all.map(({ requests }) => requests.length));
  return {
    target: "no-op `deploy`: no write",
    measured: `${Math.max(...writes)} writes among ${asked} requests`,
    met: writes.every((count) => count === 0),
  };
}

function isWrite(entry: JournalEntry): boolean {
  return purposeOf(entry) !== "sign-in" && !["GET", "HEAD", "CONNECT"].includes(entry.method);
}

/** A release that does the same steps. */
function besideOfficialClient(ours: readonly Measured[], theirs: readonly Measured[]): readonly Target[] {
  const asked = (all: readonly Measured[]) => median(all.map(({ requests }) => requests.length));
  const time = (all: readonly Measured[]) => median(all.map(({ seconds }) => seconds));
  const faster = time(theirs) / time(ours);
  // The emulator, as the service, has both wait for a second before each look at an operation.
  const looks = median(
    ours.map(({ requests }) => requests.filter(({ path }) => path.includes("/mfeOperationsStatus/")).length),
  );
  return [
    {
      target: "release: at most as many requests as azure-ai-ml",
      measured: `${asked(ours)} beside ${asked(theirs)}`,
      met: asked(ours) <= asked(theirs),
    },
    {
      target: "release: at least 3 times as fast as azure-ai-ml",
      measured: `${faster.toFixed(1)} times: ${time(ours).toFixed(2)} s, of which ${looks} s are waits for operations, beside ${time(theirs).toFixed(2)} s`,
      met: faster >= 3,
    },
  ];
}

/** Beyond sign-in, metadata and workspace: the pages of one list, and nothing else. */
function noOp(name: string, all: readonly Measured[]): Target {
  const purposes = all.map(({ requests }) => {
    const counts = new Map<string, number>();
    for (const request of requests) counts.set(purposeOf(request), (counts.get(purposeOf(request)) ?? 0) + 1);
    return counts;
  });
  const most = (purpose: string) => Math.max(...purposes.map((counts) => counts.get(purpose) ?? 0));
  const counted = ["sign-in", "metadata", "workspace", "list", "write", "other"].map((one) => `${most(one)} ${one}`);
  return {
    target: `no-op \`apply\` of ${name === "apply" ? "one target" : "50 targets"}: beyond sign-in, metadata and workspace one list, no write`,
    measured: counted.join(", "),
    met: most("list") === 1 && most("write") === 0 && most("other") === 0,
  };
}

/** The same for who watches. */
export function consoleLines({ contenders }: CaseResult): readonly string[] {
  return Object.entries(contenders).map(([name, all]) => {
    const cells = columns.map(({ title, pick, unit, digits }) => `${title} ${cell(all, pick, unit, digits)}`);
    return `  ${name.padEnd(14)} ${cells.join(", ")}`;
  });
}
