import { playAll, sampled, type Campaign, type Verdict } from "../__tests__/faults/campaign.ts";
import { addressCases, answerName, mutantCases, playAnswer } from "../__tests__/faults/answers.ts";
import { crashCases, crashName, playCrash } from "../__tests__/faults/crash.ts";
import { guards, playWithout, type Switched } from "../__tests__/faults/guards.ts";
import { readKinds } from "../__tests__/faults/kinds.ts";
import { playRace, raceCase } from "../__tests__/faults/race.ts";
import { loadSource } from "../__tests__/faults/source.ts";
import { openStands } from "../__tests__/faults/stand.ts";
import { nameOf, playSystematic, systematicCases } from "../__tests__/faults/systematic.ts";

/**
 * `npm run faults [-- --sample] [--only=systematic,mutants,addresses,crash,race,guards] [--kinds=REGEXP] [--match=REGEXP] [--seed=NUMBER]`
 *
 * Every campaign that tries to make the action attach something twice, lose something, or tell something that is not so.
 * `--sample` draws some cases of each; the seed says which.
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
const full = Number.MAX_SAFE_INTEGER;
const sizes = sample
  ? { systematic: 150, mutants: 100, addresses: 60, crash: 14, race: 12, withoutStorage: 5 }
  : { systematic: full, mutants: full, addresses: full, crash: full, race: 1000, withoutStorage: 200 };

const source = await loadSource();
// Cases mostly wait: for pauses that the action makes, and for requests that are never answered.
const stands = await openStands(sample ? 6 : 10);
const [first] = stands;
if (first === undefined) throw new Error("There is no stand.");
const campaigns: Campaign[] = [];
const switched: Switched[] = [];

async function campaign<Case>(
  name: string,
  cases: readonly Case[],
  places: number,
  play: (one: Case, stand: (typeof stands)[number]) => Promise<Verdict>,
): Promise<void> {
  let shownAt = performance.now();
  const onVerdict = (verdict: Verdict, done: number) => {
    for (const why of verdict.broken) console.log(`NOT KEPT ${name}: ${verdict.name}\n         ${why}`);
    if (performance.now() - shownAt < 30_000) return;
    shownAt = performance.now();
    console.log(`${name}: ${done} of ${cases.length}`);
  };
  campaigns.push(await playAll(name, cases, stands.slice(0, places), play, onVerdict));
}

try {
  const needsKinds = ["systematic", "mutants", "addresses", "crash", "guards"].some(isWanted);
  const kinds = needsKinds
    ? await readKinds(source, first, options["kinds"] === undefined ? undefined : new RegExp(options["kinds"]))
    : [];
  const systematic = systematicCases(kinds);
  const crash = ["crash", "guards"].some(isWanted) ? await crashCases(kinds, first) : [];
  if (isWanted("systematic")) {
    const chosen = sampled(
      systematic.filter((one) => match.test(nameOf(one))),
      sizes.systematic,
      seed,
    );
    await campaign("systematic", chosen, stands.length, (one, stand) => playSystematic(one, stand, source));
  }
  if (isWanted("mutants")) {
    const cases = await mutantCases(kinds, first, source);
    const chosen = sampled(
      cases.filter((one) => match.test(answerName(one))),
      sizes.mutants,
      seed,
    );
    await campaign("mutants", chosen, stands.length, (one, stand) => playAnswer(one, stand, source));
  }
  if (isWanted("addresses")) {
    let asked: string[] = [];
    const trap = await first.emulator.openEndpoint({
      onRequest: ({ method, path }) => {
        asked.push(`${method} ${path}`);
        return Promise.resolve("continue");
      },
    });
    const trapped = () => {
      const requests = asked;
      asked = [];
      return requests;
    };
    const cases = await addressCases(kinds, trap.origin, first, source);
    const chosen = sampled(
      cases.filter((one) => match.test(answerName(one))),
      sizes.addresses,
      seed,
    );
    // One at a time: whoever asks the trap has to be known.
    await campaign("addresses", chosen, 1, (one, stand) => playAnswer(one, stand, source, trapped));
  }
  // Processes keep both cores busy by themselves.
  if (isWanted("crash"))
    await campaign(
      "crash",
      sampled(
        crash.filter((one) => match.test(crashName(one))),
        sizes.crash,
        seed,
      ),
      5,
      (one, stand) => playCrash(one, stand),
    );
  if (isWanted("race")) {
    const drawn = (count: number, storage: boolean) =>
      Array.from({ length: count }, (_, index) => raceCase(seed + index, { storage })).filter(({ story }) =>
        match.test(story),
      );
    await campaign("race", drawn(sizes.race, true), 3, (one, stand) => playRace(one, { stand, source }));
    await campaign("race, without storage", drawn(sizes.withoutStorage, false), 3, (one, stand) =>
      playRace(one, { stand, source }),
    );
  }
  if (isWanted("guards")) {
    const waiting = guards.filter(({ name }) => match.test(name));
    const work = async (stand: (typeof stands)[number]): Promise<void> => {
      for (let guard = waiting.shift(); guard !== undefined; guard = waiting.shift())
        switched.push(await playWithout(guard, stand, { systematic, crash }, seed));
    };
    await Promise.all(stands.slice(0, 3).map(work));
  }
} finally {
  await Promise.all(stands.map((stand) => stand[Symbol.asyncDispose]()));
}

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
