import type { InterceptedRequest } from "../../emulator/server/interceptor.ts";
import type { Reply } from "../../emulator/server/reply.ts";
import type { Verdict } from "./campaign.ts";
import type { Flow, Kind } from "./kinds.ts";
import { duplicateWrites, stateMismatches } from "./promises.ts";
import { run, type Ran, type RunOptions } from "./run.ts";
import type { Source } from "./source.ts";
import type { Stand } from "./stand.ts";

/** One answer of one command: which one it is, whenever it comes. */
type Place = { readonly method: string; readonly path: string; readonly nth: number };

/** One answer that is altered in one way. */
export type AnswerCase = {
  readonly flow: Flow;
  readonly command: RunOptions["command"];
  readonly place: Place;
  readonly what: string;
  readonly change: (reply: Reply) => Reply;
  /** A member is of another type than documented: nothing may be written on the ground of that. */
  readonly isWrong: boolean;
};

type Seen = { readonly place: Place; readonly reply: Reply };

/** Sees the answers of a run, and may alter them. */
function watch(stand: Stand, onReply: (place: Place, reply: Reply) => Reply): void {
  const counts = new Map<string, number>();
  stand.alter(({ method, path }: InterceptedRequest, reply) => {
    const nth = counts.get(`${method} ${path}`) ?? 0;
    counts.set(`${method} ${path}`, nth + 1);
    return onReply({ method, path, nth }, reply);
  });
}

function optionsOf(flow: Flow, command: AnswerCase["command"], stand: Stand): RunOptions {
  return { ...flow.options, command, environment: stand.environment };
}

async function answersOf(flow: Flow, command: AnswerCase["command"], stand: Stand, source: Source) {
  await stand.restore(flow.before);
  const seen: Seen[] = [];
  watch(stand, (place, reply) => {
    seen.push({ place, reply });
    return reply;
  });
  await run(source, optionsOf(flow, command, stand));
  // What is asked again and again is answered in the same way.
  return seen.filter(({ place }) => place.nth < 2 && !/oauth2|_github|openid/.test(place.path));
}

const otherStatuses = [201, 202, 204, 302, 304, 400, 409, 418];

/** Every member of every answer deleted, null, and of other types; every answer with other statuses. */
export async function mutantCases(
  kinds: readonly Kind[],
  stand: Stand,
  source: Source,
): Promise<readonly AnswerCase[]> {
  const cases: AnswerCase[] = [];
  for (const { flows } of kinds)
    for (const flow of flows)
      for (const command of commandsOf(flow))
        for (const { place, reply } of await answersOf(flow, command, stand, source)) {
          const base = { flow, command, place };
          for (const path of pathsOf(reply.body))
            for (const [what, value] of mutationsOf(valueAt(reply.body, path)))
              cases.push({
                ...base,
                what: `${path.join(".") || "the body"} ${what}`,
                change: (answer) => ({ ...answer, body: altered(answer.body, path, value) }),
                // What was null may have a value of any type.
                isWrong: value !== undefined && value !== null && valueAt(reply.body, path) !== null,
              });
          for (const status of otherStatuses.filter((other) => other !== reply.status))
            cases.push({
              ...base,
              what: `status ${status}`,
              change: (answer) => ({ ...answer, status }),
              isWrong: true,
            });
        }
  return cases;
}

/**
 * Every address that an answer names, turned into one of the trap's: other host, port, scheme, a name in front. The
 * cloud's own metadata says who is trusted, and whoever names the cloud trusts it.
 */
export async function addressCases(
  kinds: readonly Kind[],
  trap: string,
  stand: Stand,
  source: Source,
): Promise<readonly AnswerCase[]> {
  const { host, port } = new URL(trap);
  const forms = [`https://${host}`, `https://localhost:${port}`, `https://user@${host}`, `http://${host}`, `//${host}`];
  const cases: AnswerCase[] = [];
  for (const { flows } of kinds)
    for (const flow of flows)
      for (const command of commandsOf(flow))
        for (const { place, reply } of await answersOf(flow, command, stand, source)) {
          if (place.path.startsWith("/metadata/")) continue;
          const base = { flow, command, place, isWrong: false };
          const turn = (text: string, to: string) =>
            text.startsWith("azureml:")
              ? text.replace(/^azureml:\/\/[^/]*/, to.replace(/^https?:/, "azureml:"))
              : /^https?:/.test(text)
                ? text.replace(/^https?:\/\/[^/]*/, to)
                : to.replace(/^.*\/\//, "");
          for (const path of pathsOf(reply.body)) {
            const value = valueAt(reply.body, path);
            if (typeof value !== "string" || !/^(https?|azureml):\/\/|^127\.0\.0\.1:/.test(value)) continue;
            for (const form of forms)
              cases.push({
                ...base,
                what: `${path.join(".")} at ${form}`,
                change: (answer) => ({ ...answer, body: altered(answer.body, path, turn(value, form)) }),
              });
          }
          for (const [name, value] of Object.entries(reply.headers ?? {}))
            if (/^https?:/.test(String(value)))
              for (const form of forms)
                cases.push({
                  ...base,
                  what: `${name} at ${form}`,
                  change: (answer) => ({
                    ...answer,
                    headers: { ...answer.headers, [name]: turn(String(value), form) },
                  }),
                });
          // A page that nobody has asked for yet, and a redirection.
          if (Array.isArray(valueAt(reply.body, ["value"])))
            for (const form of forms)
              cases.push({
                ...base,
                what: `nextLink at ${form}`,
                change: (answer) => ({ ...answer, body: altered(answer.body, ["nextLink"], `${form}/next`) }),
              });
          for (const form of forms)
            cases.push({
              ...base,
              what: `redirected to ${form}`,
              change: (answer) => ({ ...answer, status: 302, headers: { ...answer.headers, location: `${form}/x` } }),
            });
        }
  return cases;
}

function commandsOf(flow: Flow): readonly RunOptions["command"][] {
  return flow.options.command === "apply" ? ["plan", "apply"] : [flow.options.command];
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
  const { flow, command, place } = one;
  await stand.restore(flow.before);
  let met = false;
  watch(stand, (at, reply) => {
    if (at.method !== place.method || at.path !== place.path || at.nth !== place.nth) return reply;
    met = true;
    return one.change(reply);
  });
  const ran = await run(source, { ...optionsOf(flow, command, stand), seconds: 120, requestSeconds: 5 });
  const broken = [
    ...mistakes(ran),
    ...writesOf(one, stand),
    ...trapped().map((request) => `a stranger was asked: ${request}`),
  ];
  if (command !== "plan" && ran.result.conclusion === "success") {
    stand.emulator.endOperations();
    broken.push(...(one.isWrong ? stateMismatches(stand, flow.after) : []), ...duplicateWrites(stand, flow.before));
  }
  return { name: answerName(one), broken, again: false, met };
}

function mistakes({ result }: Ran): readonly string[] {
  return result.failureReason === "internal-error"
    ? [`the action calls it a mistake of its own: ${result.failures.join(" ").slice(0, 400)}`]
    : [];
}

/** Writes to computes that a run of unaltered answers does not make. */
function writesOf({ flow, command, isWrong }: AnswerCase, stand: Stand): readonly string[] {
  const isWrite = ({ method, path }: { method: string; path: string }) =>
    /\/computes\/[^/]+$/i.test(path) && ["PUT", "PATCH", "DELETE"].includes(method);
  const writes = [
    ...new Set(
      stand
        .requests()
        .filter(isWrite)
        .map(({ method, path }) => `${method} ${path}`),
    ),
  ];
  const usual = new Set(flow.requests.filter(isWrite).map(({ method, path }) => `${method} ${path}`));
  const allowed = (write: string) => command !== "plan" && (!isWrong || usual.has(write));
  return writes.filter((write) => !allowed(write)).map((write) => `written on the ground of a wrong answer: ${write}`);
}

type Path = readonly string[];

function pathsOf(value: unknown, at: Path = []): readonly Path[] {
  if (typeof value !== "object" || value === null) return [at];
  // Of a list the first item stands for all.
  const entries = Array.isArray(value) ? Object.entries(value).slice(0, 1) : Object.entries(value);
  return [at, ...entries.flatMap(([key, member]) => pathsOf(member, [...at, key]))];
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((found, key) => (found as Readonly<Record<string, unknown>> | undefined)?.[key], value);
}

function mutationsOf(value: unknown): readonly (readonly [string, unknown])[] {
  const others: readonly (readonly [string, unknown])[] = [
    ["deleted", undefined],
    ["null", null],
    ["a number", 7],
    ["a text", "x"],
    ["an object", { x: 1 }],
    ["a list", [1]],
  ];
  const kind = Array.isArray(value)
    ? "a list"
    : { object: "an object", string: "a text", number: "a number" }[typeof value as string];
  return others.filter(([what, other]) => what !== kind && other !== value);
}

function altered(body: unknown, path: Path, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (typeof body !== "object" || body === null) return body;
  const inner = altered((body as Readonly<Record<string, unknown>>)[key], rest, value);
  if (Array.isArray(body)) return body.map((item: unknown, index) => (String(index) === key ? inner : item));
  const { [key]: _, ...others } = body as Readonly<Record<string, unknown>>;
  return inner === undefined ? others : { ...others, [key]: inner };
}
