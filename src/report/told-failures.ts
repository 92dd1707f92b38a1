import type { ServiceError } from "../azure/outcome.ts";
import { leafCause } from "../azure/service-error.ts";
import type { Position } from "../yaml/problem.ts";
import { sentenceOf } from "./failure.ts";
import type { ChildReport, DeploymentReport, GateResult, Result, TargetReport } from "./result.ts";

/** A failure as the top of a report has it, once for all. */
export type ToldFailure = {
  /** What happened, and why. */
  readonly message: string;
  readonly where?: Position;
  /** With what helps and the ids, as far as they are known. */
  readonly error?: ServiceError;
};

/** Whether the top of a report says a text, so that its other parts leave it out. */
export type IsSaid = (text: string) => boolean;

/** What a part of a result says of its own failure. */
type Candidate = {
  /** Which part it is, as a sentence about it begins. */
  readonly of: string;
  /** The words by which it is known wherever it is said. */
  readonly text: string;
  /** The whole, where it is more than those. */
  readonly sentence?: string;
  readonly error?: ServiceError;
};

/** As much of a result as is there: a part of it may be shown by itself. */
type Parts = Partial<Result>;

/**
 * Everything that went wrong, each thing once: the failures of the command, and what its parts say that none of these says
 * already. Where a part says the same, its error is kept for the ids. Of a command that succeeded nothing went wrong: what
 * did not work out in a part of it is said there.
 */
export function toldFailures(result: Parts): readonly ToldFailure[] {
  return indexOf(result).told.map(({ failure }) => failure);
}

export function saidAtTop(result: Parts): IsSaid {
  const { told } = indexOf(result);
  return (text) => told.some(({ words }) => words.includes(wordsOf(text)));
}

/** Whether a text says another one, whatever its lines and its end. */
export function isSaidIn(message: string, text: string): boolean {
  return wordsOf(message).includes(wordsOf(text));
}

/** The text by which a row finds its failure at the top. */
export function textOfError(error: ServiceError): string {
  const { message, code } = leafCause(error);
  return message === "" ? code : message;
}

type Told = { readonly failure: ToldFailure; readonly words: string; readonly error: string | undefined };

/** Every section asks, and a result may have hundreds of failures. */
const indices = new WeakMap<Parts, { readonly told: readonly Told[] }>();

function indexOf(result: Parts): { readonly told: readonly Told[] } {
  const index = indices.get(result) ?? { told: result.conclusion === "success" ? [] : gather(result) };
  indices.set(result, index);
  return index;
}

function gather(result: Parts): readonly Told[] {
  const told = (result.failureDetails ?? (result.failures ?? []).map((message) => ({ message }))).map(asTold);
  // Without these nothing is known of a failure that could be said elsewhere.
  if (told.length === 0) return [];
  for (const { of, text, sentence = text, error } of candidatesOf(result)) {
    const words = wordsOf(text);
    const json = error === undefined ? undefined : JSON.stringify(error);
    const known = told.findIndex((one) => one.words.includes(words) || (json !== undefined && one.error === json));
    const one = told[known];
    const more = error === undefined ? {} : { error };
    if (one === undefined) told.push(asTold({ message: `${of}: ${sentence}`, ...more }));
    // Of several errors the first is the one that the sentence is about.
    else if (one.error === undefined) told[known] = asTold({ ...one.failure, ...more });
  }
  return told;
}

function asTold(failure: ToldFailure): Told {
  const { message, error } = failure;
  return { failure, words: wordsOf(message), error: error === undefined ? undefined : JSON.stringify(error) };
}

/** Sentences of ours end otherwise inside others, and are on one line in them. */
function wordsOf(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim().replace(/\.$/, "");
}

function candidatesOf(result: Parts): readonly Candidate[] {
  const parts: readonly (() => readonly Candidate[])[] = [
    () => (result.targets ?? []).flatMap(ofTarget),
    // What was refused is in the plan and among the targets; the targets are what became of it.
    () => ((result.targets ?? []).length > 0 ? [] : refusedOf(result)),
    () => (result.run?.error === undefined ? [] : [ofError(`The run '${result.run.name}'`, result.run.error)]),
    () => (result.run?.children ?? []).flatMap(ofChild),
    () => (result.run?.gates ?? []).flatMap(ofGate),
    () => (result.deployments ?? []).flatMap(ofDeployment),
  ];
  return parts
    .flatMap((candidates) => {
      try {
        return candidates();
      } catch {
        // The section of that part says that it cannot be read; the failures beside it are shown all the same.
        return [];
      }
    })
    .filter(({ text }) => wordsOf(text) !== "");
}

function ofError(of: string, error: ServiceError): Candidate {
  return { of, text: textOfError(error), sentence: `${sentenceOf(error)}.`, error };
}

function refusedOf({ plan }: Parts): readonly Candidate[] {
  return (plan?.steps ?? []).flatMap(({ target, action, reason }) =>
    action === "refuse" ? [{ of: target, text: reason }] : [],
  );
}

function ofTarget({ name, outcome, note, provisioningErrors }: TargetReport): readonly Candidate[] {
  if (outcome !== "failed") return [];
  return [
    ...(note === undefined ? [] : [{ of: name, text: note }]),
    ...provisioningErrors.map((error) => ofError(name, error)),
  ];
}

function ofChild({ name, step, error }: ChildReport): readonly Candidate[] {
  return error === undefined ? [] : [ofError(step === undefined ? name : `The step '${step}'`, error)];
}

function ofGate({ metric, passed, note }: GateResult): readonly Candidate[] {
  return passed || note === undefined ? [] : [{ of: `The gate on ${metric}`, text: note }];
}

function ofDeployment({ endpoint, deployment, tests, error }: DeploymentReport): readonly Candidate[] {
  const of = deployment === undefined || deployment === endpoint ? endpoint : `${deployment} of ${endpoint}`;
  return [
    ...(error === undefined ? [] : [ofError(of, error)]),
    ...tests.flatMap(({ name, passed, message }) =>
      passed || message === undefined ? [] : [{ of: `The test ${name} of ${of}`, text: message }],
    ),
  ];
}
