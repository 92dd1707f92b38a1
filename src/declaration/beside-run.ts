import * as z from "zod";
import type { Problem } from "../yaml/problem.ts";
import { integer, number, text } from "../yaml/shape.ts";
import { positionOf, type SourceNode } from "../yaml/source.ts";

/** How long a run may wait and take, in seconds. */
export type RunLimits = { readonly queueSeconds?: number; readonly totalSeconds?: number };

/** What is submitted anew, and how often. */
export type RunRetries = { readonly preempted: number };

const duration = () => z.union([number(), text()]);

export const limitsSchema = () =>
  z
    .strictObject({
      queue: duration().optional().describe("How long the run may wait for nodes: 45s, 30m, 2h, 1d, or seconds."),
      total: duration().optional().describe("How long it may take in all."),
    })
    .describe("Limits of the run: over them it is cancelled.");

export const retriesSchema = () =>
  z
    .strictObject({
      preempted: integer()
        .optional()
        .describe("How often the run is submitted again after its machines were preempted."),
    })
    .describe("When the run is submitted again.");

type Declared<Schema extends () => z.ZodType> = z.infer<ReturnType<Schema>>;

/** @param node of `limits`. */
export function readLimits(
  declared: Declared<typeof limitsSchema>,
  node: SourceNode,
): { readonly limits: RunLimits; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const read = (key: "queue" | "total") => {
    const value = declared[key];
    const seconds = value === undefined ? undefined : secondsOf(value);
    if (value !== undefined && seconds === undefined)
      problems.push({
        code: "wrong-value",
        severity: "error",
        where: positionOf(node, [key]),
        message: `${JSON.stringify(value)} is not a duration.`,
        fix: "Write 45s, 30m, 2h, 1d, or a number of seconds above 0.",
      });
    return seconds;
  };
  const [queueSeconds, totalSeconds] = [read("queue"), read("total")];
  return {
    problems,
    limits: {
      ...(queueSeconds === undefined ? {} : { queueSeconds }),
      ...(totalSeconds === undefined ? {} : { totalSeconds }),
    },
  };
}

/** @param node of `retries`. */
export function readRetries(
  { preempted = 0 }: Declared<typeof retriesSchema>,
  node: SourceNode,
): { readonly retries: RunRetries; readonly problems: readonly Problem[] } {
  if (preempted >= 0 && preempted <= mostRetries) return { retries: { preempted }, problems: [] };
  const problem: Problem = {
    code: "out-of-range",
    severity: "error",
    where: positionOf(node, ["preempted"]),
    message: `preempted is ${preempted}.`,
    fix: `Write 0 to ${mostRetries}.`,
  };
  return { retries: { preempted: 0 }, problems: [problem] };
}

/** Our choice: machines that are taken away so often are not for this run. */
const mostRetries = 20;

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

function secondsOf(declared: number | string): number | undefined {
  const [, amount, unit = "s"] = /^\s*(\d+(?:\.\d+)?)\s*([smhd]?)\s*$/.exec(String(declared)) ?? [];
  const seconds = Number(amount) * (units[unit === "" ? "s" : unit] ?? Number.NaN);
  return Number.isFinite(seconds) && seconds > 0 ? seconds : undefined;
}
