import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { playAnswers } from "./answer-processes.ts";
import type { Verdict } from "./campaign.ts";
import { crashName, playCrash, type CrashCase } from "./crash.ts";
import { playFiles } from "./files.ts";
import { longWaits, playLongWait } from "./long-waits.ts";
import { playRace, raceCase } from "./race.ts";
import { playSecrets, secretCases, secretName } from "./secrets.ts";
import { loadSource, root } from "./source.ts";
import { playSignal, signalCase, signalName } from "./signals.ts";
import type { Stand } from "./stand.ts";
import { nameOf, playSystematic, type SystematicCase } from "./systematic.ts";

type Edit = {
  /** Below `src/`. */
  readonly file: string;
  /** Stands there once. */
  readonly text: string;
  readonly instead: string;
};

/** One of the things that keep the promises, and how it is switched off in a copy of the sources. */
export type Guard = {
  readonly name: string;
  readonly edits: readonly [Edit, ...Edit[]];
  /** Who has to notice. */
  readonly noticedBy:
    | { readonly campaign: "systematic"; readonly cases: RegExp }
    /** `flows`: the names of the flows, each of which is played once before. */
    | { readonly campaign: "release"; readonly flows: RegExp; readonly cases: RegExp }
    | { readonly campaign: "crash"; readonly cases: RegExp }
    | { readonly campaign: "submissionCrash" | "signals" | "longWaits"; readonly cases: RegExp }
    | { readonly campaign: "race"; readonly storage: boolean }
    | { readonly campaign: "mutants" | "addresses"; readonly kinds: string; readonly cases: RegExp }
    | { readonly campaign: "secrets"; readonly cases: RegExp }
    | { readonly campaign: "files"; readonly cases: RegExp };
};

export const guards: readonly Guard[] = [
  {
    name: "the lease",
    edits: [
      {
        file: "attach/lease.ts",
        text: "  const taken: Taken[] = [];\n  try {\n",
        instead:
          '  const taken: Taken[] = [];\n  try {\n    if (sorted.length > 0) return await work({ ...withoutLease(sorted), guarantee: "serialised" });\n',
      },
    ],
    noticedBy: { campaign: "race", storage: true },
  },
  {
    name: "the live state is read again under the lease",
    edits: [
      {
        file: "attach/reconcile.ts",
        text: "const decided = plan(targets, current, work.deps.workspace, work.options).steps;",
        instead: "const decided = targets.length > 0 ? left() : [];",
      },
    ],
    noticedBy: { campaign: "race", storage: true },
  },
  {
    name: "the intent is recorded before the write",
    edits: [
      {
        file: "attach/intent.ts",
        text: 'return intents.length === 0 ? "" :',
        instead: 'return intents.length >= 0 ? "" :',
      },
    ],
    noticedBy: { campaign: "crash", cases: /^virtualmachine.yml, attach: .*lagging lists/ },
  },
  {
    name: "verification by a list after the write",
    edits: [
      {
        file: "attach/verify.ts",
        text: "  const first = await look(target, deps);\n",
        instead: '  if (end.state !== "refused") return end;\n  const first = await look(target, deps);\n',
      },
    ],
    noticedBy: { campaign: "race", storage: false },
  },
  {
    name: "no write is repeated blindly",
    edits: [
      {
        file: "azure/retry.ts",
        text: '(repeatable === "read" || neverSent(result.failure))',
        instead: "(repeatable.length > 0 || neverSent(result.failure))",
      },
    ],
    noticedBy: { campaign: "systematic", cases: /^amlcompute.yml, change scale: lost reply at PATCH/ },
  },
  {
    name: "a reply that is not JSON is never taken for an empty list",
    edits: [
      {
        file: "azure/retry.ts",
        text: 'return status >= 200 && status < 300 && typeof body === "string";',
        instead: 'return status >= 200 && status < 200 && typeof body === "string";',
      },
      {
        file: "azure/arm.ts",
        text: "if (!Array.isArray(value))\n      return broken(",
        instead: "if (!Array.isArray(value ?? []))\n      return broken(",
      },
      {
        file: "azure/pages.ts",
        text: "for (const item of page.value.items) items.push(item);",
        instead: "for (const item of page.value.items ?? []) items.push(item);",
      },
    ],
    noticedBy: {
      campaign: "systematic",
      cases: /^virtualmachine.yml, replace: truncated reply at GET mlw-main\/computes/,
    },
  },
  {
    name: "secrets stay out of what is shown",
    edits: [
      {
        file: "attach/write.ts",
        text: "  for (let attempt = 1; attempt <= mostSends; attempt += 1) {\n",
        instead:
          "  deps.onProgress(name, JSON.stringify(write));\n  for (let attempt = 1; attempt <= mostSends; attempt += 1) {\n",
      },
    ],
    noticedBy: { campaign: "systematic", cases: /^virtualmachine.yml, attach: 503 at GET mlw-main\/computes/ },
  },
  {
    name: "a text in an answer is a text",
    edits: [
      {
        file: "azure/members.ts",
        text: 'return typeof value === "string" && value !== "" ? value : undefined;',
        instead: 'return value === null || value === "" ? undefined : (value as string | undefined);',
      },
    ],
    noticedBy: { campaign: "mutants", kinds: "^virtualmachine", cases: /, plan: .* a number in GET / },
  },
  {
    name: "only the cloud's own hosts get a token",
    edits: [
      { file: "azure/addresses.ts", text: "  if (!isNear)\n", instead: "  if (!isNear && suffixesOf.length === 0)\n" },
    ],
    noticedBy: { campaign: "addresses", kinds: "^virtualmachine", cases: /, attach, plan: nextLink with another host/ },
  },
  {
    name: "a host is below a suffix only behind a dot",
    edits: [{ file: "azure/addresses.ts", text: "hostname.endsWith(`.${name}`)", instead: "hostname.includes(name)" }],
    noticedBy: { campaign: "addresses", kinds: "^whole", cases: /, trains, up: .* with the name in front of another/ },
  },
  {
    name: "secrets are hidden in every spelling",
    edits: [{ file: "secret/spellings.ts", text: "    ...inBase64(text),\n", instead: "" }],
    noticedBy: { campaign: "secrets", cases: /^apply: base64.* in a write's refusal/ },
  },
  {
    name: "secrets are hidden in whatever is written",
    edits: [
      {
        file: "publish/report-files.ts",
        text: "const result = withoutSecrets(whole);",
        instead: "const result = whole;",
      },
    ],
    noticedBy: { campaign: "secrets", cases: /^apply: raw.* in a write's refusal/ },
  },
  {
    name: "a run has the name that its definition gives it",
    edits: [
      {
        file: "run/name.ts",
        text: 'trainingEvents.has(event) ? workflowRunId : ""',
        instead: "`${workflowRunId} ${String(process.hrtime.bigint())}`",
      },
    ],
    noticedBy: { campaign: "submissionCrash", cases: /a command job with code.* killed before GET user_logs/ },
  },
  {
    name: "how often a run was preempted is told by the runs themselves",
    edits: [
      {
        file: "commands/run-declared.ts",
        text: "preemptions: preemptionsBefore(live) };",
        instead: "preemptions: repeats?.number ?? 0 * preemptionsBefore(live) };",
      },
    ],
    noticedBy: { campaign: "submissionCrash", cases: /a job that is always preempted: killed before / },
  },
  {
    name: "a submission that a signal cuts off is looked for",
    edits: [
      {
        file: "run/cancel.ts",
        text: 'const mayCome = !asked.ok && asked.failure.reason === "not-found";',
        instead: "const mayCome = false;",
      },
    ],
    noticedBy: { campaign: "signals", cases: / after the submission, which takes \d{4} ms/ },
  },
  {
    name: "what was written of an endpoint is read back",
    edits: [
      {
        file: "release/settle.ts",
        text: "if (ended?.error === undefined) return readBack(one, settled, deps);",
        instead: "if (ended?.error === undefined) return settled;",
      },
    ],
    noticedBy: {
      campaign: "release",
      flows: /^first release$/,
      cases: /200 whose body says Failed at PUT onlineEndpoints\/ep-one$/,
    },
  },
  {
    name: "a release tests before it moves traffic",
    edits: [
      {
        file: "release/rollout.ts",
        text: "if (isFirst) return isSameState(base, to) ? [test] : [test, end];",
        instead: "if (isFirst) return isSameState(base, to) ? [test] : [end, test];",
      },
    ],
    noticedBy: { campaign: "release", flows: /^first release$/, cases: /503 at GET onlineEndpoints\/ep-one$/ },
  },
  {
    name: "a release that fails is rolled back",
    edits: [
      {
        file: "release/online-release.ts",
        text: ": await rollBack(stop, release, progress, restore, stepDeps(work)).catch(",
        instead: ": await Promise.resolve<RolledBack>({ isComplete: true, notes: [], leftGoing: [] }).catch(",
      },
    ],
    noticedBy: {
      campaign: "release",
      flows: /^blue-green whose test fails$/,
      cases: /503 at GET onlineEndpoints\/ep-one$/,
    },
  },
  {
    name: "what an earlier release has left is cleaned up",
    edits: [
      {
        file: "release/rollout.ts",
        text: "steps: [...reset(live, base), ...removals(live, base, name), ...steps],",
        instead: "steps: [...reset(live, base), ...removals(live, base, name).slice(0, 0), ...steps],",
      },
    ],
    noticedBy: { campaign: "release", flows: /^blue-green$/, cases: /: 412 at DELETE deployments\/blue/ },
  },
  {
    name: "what serves and is changed in place is marked until it has passed",
    edits: [
      {
        file: "release/rollout.ts",
        text: '  const hasPassed = isThere && existing.state === "ready" && from.marks.kept.includes(passed);',
        instead: '  const hasPassed = isThere && existing.state === "ready";',
      },
    ],
    noticedBy: {
      campaign: "release",
      flows: /^replace in place whose test fails$/,
      cases: /: 412 at PUT deployments\/blue #2/,
    },
  },
  {
    name: "a web service is changed once its candidate has passed",
    edits: [
      {
        file: "release/service-flow.ts",
        text: "if (!(await tryCandidate(brought, flow)) || !deps.wait) return;",
        instead: "if (!deps.wait) return;",
      },
    ],
    noticedBy: { campaign: "release", flows: /^a web service changes$/, cases: /: 503 at GET .*services\/clf-aci$/ },
  },
  {
    name: "a wait ends before the job does",
    edits: [
      {
        file: "github/job-end.ts",
        text: "return fromToken <= startedAt ? fromStep : Math.min(fromStep, fromToken);",
        instead: "return fromStep + fromToken + 600 * 60_000;",
      },
    ],
    noticedBy: { campaign: "longWaits", cases: /^the workflow run is run again$/ },
  },
  {
    name: "an event payload is read by its shape",
    edits: [
      {
        file: "github/context.ts",
        text: "payloadSchema().parse(payload)",
        instead: '(payload ?? {}) as ReturnType<ReturnType<typeof payloadSchema>["parse"]>',
      },
    ],
    noticedBy: { campaign: "files", cases: /^event payloads$/ },
  },
];

/** A copy of the sources without a guard. @throws where a text is not there any more. */
function withoutGuard({ name, edits }: Guard): string {
  const folder = mkdtempSync(join(tmpdir(), "faults-without-"));
  cpSync(join(root, "src"), join(folder, "src"), { recursive: true });
  cpSync(join(root, "package.json"), join(folder, "package.json"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  for (const { file, text, instead } of edits) {
    const path = join(folder, "src", file);
    const source = readFileSync(path, "utf8");
    if (source.split(text).length !== 2)
      throw new Error(
        `The guard '${name}' is not found in src/${file}: ${JSON.stringify(text)} has to stand there once.`,
      );
    writeFileSync(
      path,
      source.replace(text, () => instead),
    );
  }
  return folder;
}

export type Switched = {
  readonly guard: Guard;
  readonly played: number;
  /** The case that noticed, and what it said; absent where none did. */
  readonly noticed?: Verdict;
};

/** How many texts every reader is given at most until one has to notice. */
const mostTexts = 5_000;

/** Campaigns that play in processes of their own, until one case is not kept. */
async function playInProcesses(
  guard: Guard,
  noticedBy: Extract<Guard["noticedBy"], { campaign: "mutants" | "addresses" | "files" }>,
  folder: string,
): Promise<Switched> {
  const shared = { folder, match: noticedBy.cases.source, seed: 1, untilBroken: true };
  const { verdicts } =
    noticedBy.campaign === "files"
      ? await playFiles({ ...shared, size: mostTexts }, 1)
      : await playAnswers(
          { ...shared, campaign: noticedBy.campaign, kinds: noticedBy.kinds, size: Number.MAX_SAFE_INTEGER },
          1,
        );
  const noticed = verdicts.find(({ broken }) => broken.length > 0);
  return { guard, played: verdicts.length, ...(noticed === undefined ? {} : { noticed }) };
}

/** How many workflows are cancelled at most until one has to notice. */
const mostSignals = 12;

/** How many races are run at most until one has to notice. */
const mostRaces = 40;

/** Switches a guard off and plays the cases that know it until one is not kept. */
export async function playWithout(
  guard: Guard,
  stand: Stand,
  cases: {
    readonly systematic: readonly SystematicCase[];
    readonly release: readonly SystematicCase[];
    readonly crash: readonly CrashCase[];
    readonly submissionCrash: readonly CrashCase[];
  },
  firstSeed: number,
): Promise<Switched> {
  const folder = withoutGuard(guard);
  const source = await loadSource(folder);
  const main = join(folder, "src", "start.ts");
  const plays: (() => Promise<Verdict>)[] = [];
  const { noticedBy } = guard;
  switch (noticedBy.campaign) {
    case "systematic":
      for (const one of cases.systematic)
        if (noticedBy.cases.test(nameOf(one))) plays.push(() => playSystematic(one, stand, source));
      break;
    case "release":
      for (const one of cases.release)
        if (noticedBy.flows.test(one.flow.name) && noticedBy.cases.test(nameOf(one)))
          plays.push(() => playSystematic(one, stand, source));
      break;
    case "crash":
    case "submissionCrash":
      for (const one of cases[noticedBy.campaign])
        if (noticedBy.cases.test(crashName(one))) plays.push(() => playCrash(one, stand, main));
      break;
    case "race":
      for (let seed = firstSeed; plays.length < mostRaces; seed += 1) {
        const one = raceCase(seed, noticedBy);
        const calm = one.racers.every(({ faults, killedAt }) => faults.length === 0 && killedAt === undefined);
        if (calm && one.story === "conflicting names") plays.push(() => playRace(one, { stand, source, main }));
      }
      break;
    case "signals":
      for (let seed = firstSeed; plays.length < mostSignals; seed += 1) {
        const one = signalCase(seed);
        if (noticedBy.cases.test(signalName(one))) plays.push(() => playSignal(one, stand, main));
      }
      break;
    case "longWaits":
      for (const one of longWaits) if (noticedBy.cases.test(one.name)) plays.push(() => playLongWait(one, stand, main));
      break;
    case "mutants":
    case "addresses":
    case "files":
      return playInProcesses(guard, noticedBy, folder);
    case "secrets":
      for (const one of secretCases())
        if (noticedBy.cases.test(secretName(one))) plays.push(() => playSecrets(one, stand, main));
      break;
  }
  if (plays.length === 0)
    throw new Error(`No case of the ${noticedBy.campaign} campaign knows the guard '${guard.name}'.`);
  for (const [index, play] of plays.entries()) {
    const verdict = await play();
    if (verdict.broken.length > 0) return { guard, played: index + 1, noticed: verdict };
  }
  return { guard, played: plays.length };
}
