import { availableParallelism } from "node:os";
import { join } from "node:path";
import { playAnswers } from "../__tests__/faults/answer-processes.ts";
import { playAll, sampled, type Campaign, type Verdict } from "../__tests__/faults/campaign.ts";
import { crashCases, crashName, playCrash } from "../__tests__/faults/crash.ts";
import { playFiles } from "../__tests__/faults/files.ts";
import { playLargeFiles } from "../__tests__/faults/large-files.ts";
import { guards, playWithout, type Switched } from "../__tests__/faults/guards.ts";
import { readKinds } from "../__tests__/faults/kinds.ts";
import { playRace, raceCase } from "../__tests__/faults/race.ts";
import { loadSource, root, type Source } from "../__tests__/faults/source.ts";
import { playSecrets, secretCases, secretName } from "../__tests__/faults/secrets.ts";
import { openStands, type Stand } from "../__tests__/faults/stand.ts";
import { longWaits, playLongWait } from "../__tests__/faults/long-waits.ts";
import { playSignal, signalCase, signalName } from "../__tests__/faults/signals.ts";
import { playSubmissionRace, submissionRace, submissionRaceName } from "../__tests__/faults/submission-race.ts";
import { playReleaseRace, releaseRace, releaseRaceName } from "../__tests__/faults/release-race.ts";
import { playReleaseSignal, releaseSignal, releaseSignalName } from "../__tests__/faults/release-signals.ts";
import { releaseKinds, releases } from "../__tests__/faults/releases.ts";
import { submissionKinds } from "../__tests__/faults/submissions.ts";
import { nameOf, playSystematic, systematicCases } from "../__tests__/faults/systematic.ts";

/**
 * `npm run faults [-- --sample] [--only=NAMES] [--kinds=REGEXP] [--flows=REGEXP] [--match=REGEXP]
 * [--seed=NUMBER] [--size=NUMBER] [--processes=NUMBER] [--source]`
 *
 * Every campaign that tries to make the action attach something twice, lose something, tell something that is not so, give
 * a secret away, or end in an error of its own. `--sample` draws some cases of each, `--size` so many; the seed says which. With
 * `--source` processes run what is in `src/`.
 */
const options = Object.fromEntries(
  process.argv.slice(2).map((argument) => {
    const [name = "", ...value] = argument.replace(/^--/, "").split("=");
    return [name, value.join("=")];
  }),
) as Readonly<Record<string, string | undefined>>;
const sample = options["sample"] !== undefined;
const seed = Number(options["seed"] ?? 1);
const only = options["only"]?.split(",");
const isWanted = (name: string) => only === undefined || only.includes(name);
const match = new RegExp(options["match"] ?? "");
/** Of the flows, for those that take long to be played once. */
const flowMatch = new RegExp(options["flows"] ?? "");
const processes = Number(options["processes"] ?? Math.min(2, availableParallelism()));
/** What processes run in place of what is in `dist/`. */
const main = options["source"] === undefined ? undefined : join(root, "src", "start.ts");
const full = Number.MAX_SAFE_INTEGER;
const size =
  options["size"] === undefined ? {} : Object.fromEntries((only ?? []).map((name) => [name, Number(options["size"])]));
const usual = sample
  ? {
      systematic: 90,
      mutants: 200,
      addresses: 100,
      secrets: 12,
      files: 3_000,
      crash: 12,
      race: 10,
      withoutStorage: 5,
      release: 40,
      releaseCrash: 12,
      releaseRace: 6,
      releaseSignals: 4,
      submission: 60,
      submissionCrash: 8,
      submissionRace: 3,
      signals: 8,
      longWaits: 1,
    }
  : {
      systematic: full,
      mutants: full,
      addresses: full,
      secrets: full,
      files: 40_000,
      crash: full,
      race: 1000,
      withoutStorage: 200,
      release: full,
      releaseCrash: full,
      releaseRace: 100,
      releaseSignals: 60,
      submission: full,
      submissionCrash: full,
      submissionRace: 200,
      signals: 100,
      longWaits: full,
    };
const sizes = { ...usual, ...size };

const chosenGuards = guards.filter(({ name }) => match.test(name));
const campaigns: Campaign[] = [];
const switched: Switched[] = [];

/** Shows what is not kept at once, and twice a minute how far it is. */
function reporter(name: string): (verdict: Verdict, done: number, total: number) => void {
  let shownAt = performance.now();
  return (verdict, done, total) => {
    for (const why of verdict.broken) console.log(`NOT KEPT ${name}: ${verdict.name}\n         ${why}`);
    if (performance.now() - shownAt < 30_000) return;
    shownAt = performance.now();
    console.log(`${name}: ${done} of ${total}`);
  };
}

async function campaign<Case>(
  name: string,
  cases: readonly Case[],
  places: readonly Stand[],
  play: (one: Case, stand: Stand) => Promise<Verdict>,
): Promise<void> {
  const report = reporter(name);
  campaigns.push(await playAll(name, cases, places, play, (verdict, done) => report(verdict, done, cases.length)));
}

if (isWanted("files")) {
  const texts = { match: options["match"], size: sizes.files, seed };
  campaigns.push(await playFiles(texts, processes, reporter("files")));
  campaigns.push(await playLargeFiles(sample ? 4 : full, reporter("large files")));
}
for (const name of ["mutants", "addresses"] as const) {
  if (!isWanted(name)) continue;
  const { kinds, match: wanted } = options;
  const cases = { campaign: name, kinds, match: wanted, size: sizes[name], seed };
  campaigns.push(await playAnswers(cases, processes, reporter(name)));
}

/** What works on the sources in this process, and on processes of the built action. */
async function playOnStands(): Promise<void> {
  const source = await loadSource();
  // Cases mostly wait: for pauses that the action makes, and for requests that are never answered.
  const stands = await openStands(sample ? 6 : 10);
  try {
    const [first] = stands;
    if (first === undefined) throw new Error("There is no stand.");
    const kinds = ["systematic", "crash", "guards"].some(isWanted)
      ? await readKinds(source, first, options["kinds"] === undefined ? undefined : new RegExp(options["kinds"]))
      : [];
    const needsSubmissions =
      ["submission", "submissionCrash", "submissionRace"].some(isWanted) ||
      (isWanted("guards") && chosenGuards.some(({ noticedBy }) => /^submission/.test(noticedBy.campaign)));
    const submissions = needsSubmissions ? await submissionKinds(source, first) : [];
    const systematic = systematicCases(kinds);
    const needsCrash =
      isWanted("crash") || (isWanted("guards") && chosenGuards.some(({ noticedBy }) => noticedBy.campaign === "crash"));
    const crash = needsCrash ? await crashCases(kinds, first, main) : [];
    const needsSubmissionCrash =
      isWanted("submissionCrash") ||
      (isWanted("guards") && chosenGuards.some(({ noticedBy }) => noticedBy.campaign === "submissionCrash"));
    const submissionCrash = needsSubmissionCrash ? await crashCases(submissions, first, main) : [];
    if (isWanted("systematic")) {
      const wanted = systematic.filter((one) => match.test(nameOf(one)));
      await campaign("systematic", sampled(wanted, sizes.systematic, seed), stands, (one, stand) =>
        playSystematic(one, stand, source),
      );
    }
    if (isWanted("submission")) {
      const wanted = systematicCases(submissions).filter((one) => match.test(nameOf(one)));
      await campaign("submission", sampled(wanted, sizes.submission, seed), stands, (one, stand) =>
        playSystematic(one, stand, source),
      );
    }
    if (isWanted("submissionCrash")) {
      const wanted = submissionCrash.filter((one) => match.test(crashName(one)));
      await campaign(
        "submission, crash",
        sampled(wanted, sizes.submissionCrash, seed),
        stands.slice(0, 5),
        (one, stand) => playCrash(one, stand, main),
      );
    }
    if (isWanted("submissionRace")) {
      const flows = submissions.flatMap((kind) => kind.flows);
      const cases = Array.from({ length: sizes.submissionRace }, (_, index) => submissionRace(seed + index, flows));
      const wanted = cases.filter((one) => match.test(submissionRaceName(one)));
      await campaign("submission, race", wanted, stands.slice(0, 3), (one, stand) =>
        playSubmissionRace(one, stand, main),
      );
    }
    await playReleases(source, stands);
    if (isWanted("signals")) {
      const cases = Array.from({ length: sizes.signals }, (_, index) => signalCase(seed + index));
      const wanted = cases.filter((one) => match.test(signalName(one)));
      // One at a time on a core: what is measured is time.
      await campaign("signals", wanted, stands.slice(0, 2), (one, stand) => playSignal(one, stand, main));
    }
    if (isWanted("longWaits")) {
      const wanted = longWaits.filter(({ name }) => match.test(name)).slice(0, sizes.longWaits);
      await campaign("long waits", wanted, stands.slice(0, 2), (one, stand) => playLongWait(one, stand, main));
    }
    // Processes keep both cores busy by themselves.
    if (isWanted("crash")) {
      const wanted = crash.filter((one) => match.test(crashName(one)));
      await campaign("crash", sampled(wanted, sizes.crash, seed), stands.slice(0, 5), (one, stand) =>
        playCrash(one, stand, main),
      );
    }
    if (isWanted("race")) {
      const drawn = (count: number, storage: boolean) =>
        Array.from({ length: count }, (_, index) => raceCase(seed + index, { storage })).filter(({ story }) =>
          match.test(story),
        );
      for (const [name, cases] of [
        ["race", drawn(sizes.race, true)],
        ["race, without storage", drawn(sizes.withoutStorage, false)],
      ] as const)
        await campaign(name, cases, stands.slice(0, 3), (one, stand) => playRace(one, { stand, source }));
    }
    if (isWanted("secrets")) {
      const wanted = secretCases().filter((one) => match.test(secretName(one)));
      await campaign("secrets", sampled(wanted, sizes.secrets, seed), stands.slice(0, 3), playSecrets);
    }
    if (isWanted("guards")) {
      const released = chosenGuards.flatMap(({ noticedBy }) =>
        noticedBy.campaign === "release" ? [noticedBy.flows] : [],
      );
      const flows = releases.filter(({ name }) => released.some((regexp) => regexp.test(name)));
      const release = systematicCases(await releaseKinds(source, first, flows));
      const waiting = [...chosenGuards];
      const work = async (stand: Stand): Promise<void> => {
        for (let guard = waiting.shift(); guard !== undefined; guard = waiting.shift())
          switched.push(await playWithout(guard, stand, { systematic, release, crash, submissionCrash }, seed));
      };
      await Promise.all(stands.slice(0, 3).map(work));
    }
  } finally {
    await Promise.all(stands.map((stand) => stand[Symbol.asyncDispose]()));
  }
}

/** Releases: endpoints, deployments and services that are made, tested and given traffic. */
async function playReleases(source: Source, stands: readonly Stand[]): Promise<void> {
  const [first] = stands;
  const wanted = ["release", "releaseCrash", "releaseRace", "releaseSignals"].filter(isWanted);
  if (first === undefined || wanted.length === 0) return;
  const kinds = await releaseKinds(
    source,
    first,
    releases.filter(({ name }) => flowMatch.test(name)),
  );
  if (isWanted("release")) {
    const cases = systematicCases(kinds).filter((one) => match.test(nameOf(one)));
    await campaign("release", sampled(cases, sizes.release, seed), stands, (one, stand) =>
      playSystematic(one, stand, source),
    );
  }
  const flows = kinds.flatMap((kind) => kind.flows);
  if (isWanted("releaseCrash")) {
    const places = stands.slice(0, 5);
    // Each of them has to be played once as a process: of a sample a few.
    const some = sample ? sampled(flows, places.length, seed) : flows;
    const shares = places.map((stand, index) =>
      crashCases([{ file: "release", flows: some.filter((_, at) => at % places.length === index) }], stand, main),
    );
    const cases = (await Promise.all(shares)).flat().filter((one) => match.test(crashName(one)));
    await campaign("release, crash", sampled(cases, sizes.releaseCrash, seed), places, (one, stand) =>
      playCrash(one, stand, main),
    );
  }
  if (isWanted("releaseRace")) {
    const cases = Array.from({ length: sizes.releaseRace }, (_, index) => releaseRace(seed + index, flows));
    const drawn = cases.filter((one) => match.test(releaseRaceName(one)));
    await campaign("release, race", drawn, stands.slice(0, 3), (one, stand) => playReleaseRace(one, stand, main));
  }
  if (isWanted("releaseSignals")) {
    const cases = Array.from({ length: sizes.releaseSignals }, (_, index) => releaseSignal(seed + index, flows));
    const drawn = cases.filter((one) => match.test(releaseSignalName(one)));
    await campaign("release, signals", drawn, stands.slice(0, 2), (one, stand) => playReleaseSignal(one, stand, main));
  }
}

if (
  [
    "release",
    "releaseCrash",
    "releaseRace",
    "releaseSignals",
    "systematic",
    "submission",
    "submissionCrash",
    "submissionRace",
    "signals",
    "longWaits",
    "crash",
    "race",
    "secrets",
    "guards",
  ].some(isWanted)
)
  await playOnStands();

if (campaigns.length > 0) {
  console.log("\nCampaign                 cases    kept  not kept  not met  second runs  seconds");
  for (const { name, verdicts, seconds } of campaigns) {
    const count = (is: (verdict: Verdict) => boolean) => verdicts.filter(is).length;
    console.log(
      [
        name.padEnd(22),
        String(verdicts.length).padStart(8),
        String(count(({ broken }) => broken.length === 0)).padStart(8),
        String(count(({ broken }) => broken.length > 0)).padStart(10),
        String(count(({ met }) => !met)).padStart(9),
        String(count(({ again }) => again)).padStart(13),
        seconds.toFixed(0).padStart(9),
      ].join(""),
    );
  }
}
for (const { name, verdicts } of campaigns) {
  const groups = Map.groupBy(
    verdicts.flatMap(({ took }) => took ?? []),
    ({ what }) => what,
  );
  for (const [what, all] of groups) {
    const times = all.flatMap(({ ms }) => ms ?? []).sort((a, b) => a - b);
    const at = (part: number) => times[Math.min(times.length - 1, Math.floor(part * times.length))] ?? "-";
    console.log(
      `${name}, ${what}: ${all.length} cases, ${times.length} with a cancellation; milliseconds until it: half ${at(0.5)}, nine of ten ${at(0.9)}, all ${at(1)}`,
    );
  }
}
if (switched.length > 0) {
  console.log("\nGuard that was switched off, and the case that noticed");
  for (const { guard, played, noticed } of switched) {
    console.log(`- ${guard.name} (src/${guard.edits[0].file})`);
    console.log(
      noticed === undefined
        ? `    NOT NOTICED by ${played} cases of the ${guard.noticedBy.campaign} campaign`
        : `    ${guard.noticedBy.campaign}, after ${played}: ${noticed.name}\n    ${noticed.broken[0] ?? ""}`,
    );
  }
}
const verdicts = campaigns.flatMap((one) => one.verdicts);
const kept =
  verdicts.filter(({ broken }) => broken.length === 0).length +
  switched.filter(({ noticed }) => noticed !== undefined).length;
const notKept = verdicts.length + switched.length - kept;
console.log(`\nfaults: ${kept} kept, ${notKept} not kept`);
process.exitCode = notKept === 0 && kept > 0 ? 0 : 1;
