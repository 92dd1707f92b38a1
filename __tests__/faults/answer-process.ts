import { addressCases } from "./addresses.ts";
import { answeredRuns, answerName, playAnswer, type AnswerCase } from "./answers.ts";
import { playAll, sampled, type Verdict } from "./campaign.ts";
import { readKinds } from "./kinds.ts";
import { mutantCases } from "./mutants.ts";
import { loadSource } from "./source.ts";
import { openStands } from "./stand.ts";
import { watchStrangers } from "./strangers.ts";
import { wholeFlows } from "./whole-flows.ts";

/** Which of the cases a process plays, and of which sources. */
export type AnswerOptions = {
  readonly campaign: "mutants" | "addresses";
  /** Folder that holds `src/`. */
  readonly folder?: string | undefined;
  /** Examples by the name of their file; `whole` for `up` and `doctor`. */
  readonly kinds?: string | undefined;
  readonly match?: string | undefined;
  /** How many cases all processes play together. */
  readonly size: number;
  readonly seed: number;
  /** This one, from 0, and how many there are. */
  readonly share: readonly [number, number];
  /** Whoever is told of the first case that is not kept needs no more. */
  readonly untilBroken?: boolean;
};

export type AnswerMessage = { readonly total: number } | { readonly verdict: Verdict } | { readonly seconds: number };

/** A process of its own, because what Azure's libraries remember belongs to a process: proxies and connections. */
async function main(options: AnswerOptions, tell: (message: AnswerMessage) => void): Promise<void> {
  const { campaign, match = "", size, seed, share } = options;
  const strangers = watchStrangers();
  const source = await loadSource(options.folder);
  // By real names, because look-alikes are only alike those; one at a time, so that it is known who asked.
  const stands = await openStands(campaign === "addresses" ? 1 : 3, { seconds: 0, proxied: campaign === "addresses" });
  try {
    const [first] = stands;
    if (first === undefined) throw new Error("There is no stand.");
    const only = options.kinds === undefined ? undefined : new RegExp(options.kinds);
    const examples = await readKinds(source, first, only);
    const whole = only?.test("whole") === false ? [] : await wholeFlows(source, first);
    const answered = await answeredRuns([...examples.flatMap(({ flows }) => flows), ...whole], first, source);
    const all = campaign === "addresses" ? addressCases(answered) : mutantCases(answered);
    const chosen: readonly AnswerCase[] = sampled(
      all.filter((one) => new RegExp(match).test(answerName(one))),
      size,
      seed,
    ).filter((_, index) => index % share[1] === share[0]);
    tell({ total: chosen.length });
    strangers.know();
    let isOver = false;
    const play = async (one: AnswerCase, stand: (typeof stands)[number]): Promise<Verdict> => {
      if (isOver) return { name: answerName(one), broken: [], again: false, met: false };
      return playAnswer(one, stand, source, campaign === "addresses" ? strangers.asked : undefined);
    };
    const { seconds } = await playAll(campaign, chosen, stands, play, (verdict) => {
      if (isOver) return;
      isOver = options.untilBroken === true && verdict.broken.length > 0;
      tell({ verdict });
    });
    tell({ seconds });
  } finally {
    await Promise.all(stands.map((stand) => stand[Symbol.asyncDispose]()));
  }
}

await main(JSON.parse(process.argv[2] ?? "") as AnswerOptions, (message) => void process.send?.(message));
process.disconnect();
