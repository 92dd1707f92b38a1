import { script } from "../../src/report/render/html-script.ts";
import type { InterceptedRequest } from "../../emulator/server/interceptor.ts";
import type { Reply } from "../../emulator/server/reply.ts";
import type { Verdict } from "./campaign.ts";
import type { Flow } from "./kinds.ts";
import { duplicateWrites, stateMismatches } from "./promises.ts";
import { run, type Ran, type RunOptions } from "./run.ts";
import type { Source } from "./source.ts";
import type { Stand } from "./stand.ts";

type Command = RunOptions["command"];

/** One answer of one command: which one it is, whenever it comes. */
export type Place = { readonly method: string; readonly path: string; readonly nth: number };

/** A run that nothing disturbs: what it is answered, and what comes of it. */
export type Answered = {
  readonly flow: Flow;
  readonly command: Command;
  readonly conclusion: string;
  readonly answers: readonly { readonly place: Place; readonly reply: Reply }[];
};

/** One answer that is altered in one way. */
export type AnswerCase = Pick<Answered, "flow" | "command" | "conclusion"> & {
  readonly place: Place;
  readonly what: string;
  readonly change: (reply: Reply) => Reply;
  /** A member is of another type than documented: nothing may be written on the ground of that. */
  readonly isWrong: boolean;
};

/** Sees the answers of a run, and may alter them. */
function watch(stand: Stand, { answers }: Flow, onReply: (place: Place, reply: Reply) => Reply): void {
  const counts = new Map<string, number>();
  stand.alter(({ method, path }: InterceptedRequest, reply) => {
    const nth = counts.get(`${method} ${path}`) ?? 0;
    counts.set(`${method} ${path}`, nth + 1);
    return onReply({ method, path, nth }, answers?.(path, reply) ?? reply);
  });
}

async function prepare({ before, prepare: more }: Flow, stand: Stand): Promise<void> {
  await stand.restore(before);
  await more?.(stand);
}

/** Every command of every flow, with its answers; what is asked again and again is answered in the same way. */
export async function answeredRuns(flows: readonly Flow[], stand: Stand, source: Source): Promise<readonly Answered[]> {
  const found: Answered[] = [];
  for (const flow of flows)
    for (const command of commandsOf(flow)) {
      await prepare(flow, stand);
      const answers: Answered["answers"][number][] = [];
      watch(stand, flow, (place, reply) => {
        if (place.nth < 2 && !/oauth2|_github|openid/.test(place.path)) answers.push({ place, reply });
        return reply;
      });
      const ran = await run(source, { ...flow.options, command, environment: stand.environment });
      found.push({ flow, command, conclusion: conclusionOf(ran), answers });
    }
  return found;
}

function commandsOf(flow: Flow): readonly Command[] {
  return flow.options.command === "apply" ? ["plan", "apply"] : [flow.options.command];
}

/**
 * What a run says that it has found and done, and a reader goes by. `red` for every run that did not succeed.
 */
function conclusionOf({ result: { conclusion, plan, targets, run: job } }: Ran): string {
  if (conclusion !== "success") return "red";
  return JSON.stringify({
    hasChanges: plan?.hasChanges,
    steps: plan?.steps.map(({ target, action }) => `${action} ${target}`),
    targets: targets.map(({ name, action, outcome }) => `${action} ${name}: ${outcome}`),
    run: job && `${job.status} ${job.conclusion} ${job.gates.map(({ passed }) => passed).join()}`,
  });
}

/**
 * The same answer in the same command that finds the same is the same case, whichever flow it comes from: of those the
 * first is kept.
 */
export function distinct(cases: readonly AnswerCase[], answered: readonly Answered[]): readonly AnswerCase[] {
  const bodies = new Map<string, string>();
  const keyOf = ({ flow, command }: Pick<Answered, "flow" | "command">, { method, path, nth }: Place) =>
    [flow.kind, flow.name, command, method, path, nth].join(" ");
  for (const one of answered)
    for (const { place, reply } of one.answers) bodies.set(keyOf(one, place), JSON.stringify(reply));
  const seen = new Set<string>();
  return cases.filter((one) => {
    const { command, conclusion, place, what } = one;
    const body = bodies.get(keyOf(one, place)) ?? "";
    const decided = conclusion.replaceAll(/ [\w-]+"/g, '"');
    const key = lasting([command, decided, place.method, place.path, place.nth, what, body].join(" "));
    return seen.size !== seen.add(key).size;
  });
}

/** A text without ids that are made up for a run, times and signatures. */
function lasting(text: string): string {
  return text
    .replaceAll(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, "id")
    .replaceAll(/\d{4}-\d\d-\d\d(T|%20| )[\d:%A.]+(Z|\+00:00)?/g, "time")
    .replaceAll(/\bsig=[^&"]+/g, "sig");
}

export function answerName({ flow, command, place, what }: AnswerCase): string {
  return `${flow.kind}, ${flow.name}, ${command}: ${what} in ${place.method} ${place.path} #${place.nth + 1}`;
}

/** @param trapped requests that a stranger got since the last call. */
export async function playAnswer(
  one: AnswerCase,
  stand: Stand,
  source: Source,
  trapped: () => readonly string[] = () => [],
): Promise<Verdict> {
  const { flow, command, place, isWrong } = one;
  await prepare(flow, stand);
  let met = false;
  watch(stand, flow, (at, reply) => {
    if (at.method !== place.method || at.path !== place.path || at.nth !== place.nth) return reply;
    met = true;
    return one.change(reply);
  });
  const limits = { seconds: 120, requestSeconds: 5 };
  const ran = await run(source, { ...flow.options, command, environment: stand.environment, ...limits });
  const broken = [
    ...mistakes(ran),
    ...writesOf(one, stand),
    ...trapped().map((request) => `a stranger was asked: ${request}`),
  ];
  if (ran.result.conclusion === "success") {
    const told = conclusionOf(ran);
    if (told !== one.conclusion && (isWrong || one.conclusion === "red"))
      broken.push(`green, and tells something else: ${told} instead of ${one.conclusion}`);
    if (writes(command)) {
      stand.emulator.endOperations();
      broken.push(...(isWrong ? stateMismatches(stand, flow.after) : []), ...duplicateWrites(stand, flow.before));
    }
  }
  return { name: answerName(one), broken, again: false, met };
}

function writes(command: Command): boolean {
  return command !== "plan" && command !== "doctor";
}

/** What an error of JavaScript says. `doctor` puts what goes wrong in one of its parts into words. */
const javascript =
  /\b(?:Type|Range|Reference|Syntax)Error\b|Cannot (?:read|set|destructure|convert|mix)|is not (?:a function|iterable|a constructor|defined)|\[object \w+\]|Invalid time value|\bundefined\b/;

function mistakes({ result, text: whole }: Ran): readonly string[] {
  // The page's own script is no text for people.
  const text = whole.replaceAll(script, "");
  if (result.failureReason === "internal-error")
    return [`the action calls it a mistake of its own: ${result.failures.join(" ").slice(0, 400)}`];
  const [found] = javascript.exec(text) ?? [];
  if (found === undefined) return [];
  const at = text.indexOf(found);
  return [`an error of JavaScript is shown: ${text.slice(Math.max(0, at - 150), at + 150)}`];
}

/** Writes to the workspace that a run of unaltered answers does not make. */
function writesOf({ flow, command, isWrong }: AnswerCase, stand: Stand): readonly string[] {
  const isWrite = ({ method, path }: { method: string; path: string }) =>
    path.startsWith("/subscriptions/") && ["PUT", "PATCH", "DELETE"].includes(method);
  const named = (requests: ReturnType<Stand["requests"]>) =>
    new Set(requests.filter(isWrite).map(({ method, path }) => lasting(`${method} ${path}`)));
  const usual = named(flow.requests);
  return [...named(stand.requests())]
    .filter((write) => !writes(command) || (isWrong && !usual.has(write)))
    .map((write) => `written on the ground of a wrong answer: ${write}`);
}
