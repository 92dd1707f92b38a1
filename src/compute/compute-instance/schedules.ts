import * as z from "zod";
import type { ProblemCode } from "../../yaml/problem-codes.ts";
import type { Problem } from "../../yaml/problem.ts";
import { integer, oneOf, shape, text } from "../../yaml/shape.ts";
import { positionOf, type NodePath, type SourceNode } from "../../yaml/source.ts";
import { nearest } from "../../yaml/suggestion.ts";
import { cronProblem } from "../managed/cron.ts";
import { isTimeZone, timeZones } from "../managed/time-zones.ts";
import { count, word } from "./wire.ts";

/** When the service starts or stops a compute instance. */
export type Schedule = {
  readonly action: "start" | "stop";
  readonly enabled: boolean;
  readonly startTime?: string;
  readonly timeZone: string;
} & (
  | { readonly by: "cron"; readonly expression: string }
  | {
      readonly by: "recurrence";
      readonly frequency: string;
      readonly interval: number;
      readonly hours: readonly number[];
      readonly minutes: readonly number[];
      readonly weekDays?: readonly string[];
    }
);

/** The service takes no more. */
const mostSchedules = 4;

const timing = () => ({
  start_time: text().optional().describe("Local time from which it counts, for example 2026-01-31T18:00:00."),
  time_zone: text().optional().describe("Windows' name of the time zone. Default: UTC."),
});

const cronTrigger = () =>
  z.strictObject({
    ...timing(),
    type: z.literal("cron"),
    expression: text().describe("Minute, hour, day of the month, month, day of the week: 0 18 * * *"),
  });

const recurrenceTrigger = () =>
  z.strictObject({
    ...timing(),
    type: z.literal("recurrence"),
    frequency: oneOf(["minute", "hour", "day", "week", "month"]),
    interval: integer(),
    schedule: z
      .strictObject({
        hours: z.array(integer()),
        minutes: z.array(integer()),
        week_days: z
          .array(oneOf(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]))
          .optional(),
      })
      .optional(),
  });

/** Its type, in any case, says which it is. */
const triggerSchema = () =>
  z.preprocess(
    (value) =>
      typeof value === "object" && value !== null && "type" in value && typeof value.type === "string"
        ? { ...value, type: value.type.toLowerCase() }
        : value,
    z.discriminatedUnion("type", [cronTrigger(), recurrenceTrigger()]),
  );

export const schedulesSchema = () =>
  z.strictObject({
    compute_start_stop: z
      .array(
        z.strictObject({
          action: oneOf(["start", "stop"]),
          state: oneOf(["enabled", "disabled"]).optional(),
          trigger: triggerSchema(),
        }),
      )
      .optional()
      .describe("At most 4."),
  });

type Declared = z.infer<ReturnType<typeof schedulesSchema>>;

/** Path of the list in the declaration. */
const list: NodePath = ["schedules", "compute_start_stop"];

export function toSchedules(declared: Declared): readonly Schedule[] {
  return (declared.compute_start_stop ?? []).map(({ action, state, trigger: when }) => {
    const base = {
      action,
      enabled: state !== "disabled",
      timeZone: when.time_zone ?? "UTC",
      ...(when.start_time === undefined ? {} : { startTime: when.start_time }),
    };
    if (when.type === "cron") return { ...base, by: "cron", expression: when.expression };
    const { week_days: weekDays, hours = [], minutes = [] } = when.schedule ?? {};
    return {
      ...base,
      by: "recurrence",
      frequency: when.frequency,
      interval: when.interval,
      hours,
      minutes,
      ...(weekDays === undefined ? {} : { weekDays }),
    };
  });
}

/** What the official client lets pass and the service refuses later, or would run at another time than was meant. */
export function scheduleProblems(declared: Declared | undefined, node: SourceNode): readonly Problem[] {
  const schedules = declared?.compute_start_stop ?? [];
  const problems: Problem[] = [];
  const add = (code: ProblemCode, path: NodePath, message: string, fix: string) =>
    problems.push({ code, severity: "error", where: positionOf(node, [...list, ...path]), message, fix });
  if (schedules.length > mostSchedules) {
    add(
      "too-many-schedules",
      [mostSchedules],
      `There are ${schedules.length} schedules; a compute instance takes ${mostSchedules}.`,
      "Put several times into one schedule, for example 0 8,18 * * 1-5.",
    );
  }
  for (const [index, { trigger: when }] of schedules.entries()) {
    const at = (...path: NodePath): NodePath => [index, "trigger", ...path];
    if (when.time_zone !== undefined && !isTimeZone(when.time_zone)) {
      const near = nearest(when.time_zone, timeZones);
      add(
        "unknown-time-zone",
        at("time_zone"),
        `Unknown time zone ${JSON.stringify(when.time_zone)}.${near === undefined ? "" : ` Did you mean ${near}?`}`,
        "Use Windows' name of it, for example UTC, W. Europe Standard Time or Pacific Standard Time.",
      );
    }
    if (when.start_time !== undefined && !isDateTime(when.start_time)) {
      add(
        "malformed-time",
        at("start_time"),
        `${JSON.stringify(when.start_time)} is not a date and time.`,
        'Write it in quotes, as "2026-01-31T18:00:00".',
      );
    }
    if (when.type === "cron") {
      const fault = cronProblem(when.expression);
      if (fault !== undefined) add("malformed-cron", at("expression"), fault.message, fault.fix);
      continue;
    }
    if (when.interval < 1) {
      add("out-of-range", at("interval"), `interval is ${when.interval}.`, "Set it to 1 or more.");
    }
    for (const [key, highest] of [
      ["hours", 23],
      ["minutes", 59],
    ] as const) {
      for (const [place, value] of (when.schedule?.[key] ?? []).entries()) {
        if (value >= 0 && value <= highest) continue;
        add(
          "out-of-range",
          at("schedule", key, place),
          `${value} is not one of the ${key}.`,
          `Use values from 0 to ${highest}.`,
        );
      }
    }
  }
  return problems;
}

function isDateTime(text: string): boolean {
  return (
    /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/i.test(text.trim()) &&
    !Number.isNaN(Date.parse(text.trim().replace(" ", "T")))
  );
}

/** The wire's `schedules`, member for member as the official client sends them. */
export function schedulesRequest(schedules: readonly Schedule[]): unknown {
  return {
    computeStartStop: schedules.map((schedule) => {
      const timed = {
        timeZone: schedule.timeZone,
        ...(schedule.startTime === undefined ? {} : { startTime: schedule.startTime }),
      };
      const base = { action: schedule.action, status: schedule.enabled ? "Enabled" : "Disabled" };
      if (schedule.by === "cron") {
        const { expression } = schedule;
        return { ...base, triggerType: "Cron", cron: { ...timed, triggerType: "Cron", expression } };
      }
      const { frequency, interval, hours, minutes, weekDays } = schedule;
      return {
        ...base,
        triggerType: "Recurrence",
        recurrence: {
          ...timed,
          triggerType: "Recurrence",
          frequency,
          interval,
          schedule: { hours, minutes, ...(weekDays === undefined ? {} : { weekDays }) },
        },
      };
    }),
  };
}

/**
 * Schedules as texts that compare, whatever order and case they are in and whatever the service filled in (its own id, a
 * provisioning status, a start that was not declared).
 *
 * @param declared what the live ones are read beside: a live start that none of them declares does not count.
 */
export function declaredSchedules(declared: readonly Schedule[]): readonly string[] {
  return declared.map((schedule) => sentence(schedule)).sort();
}

export function liveSchedules(live: WireSchedules | undefined, declared: readonly Schedule[]): readonly string[] {
  const startsDeclared = declared.some(({ startTime }) => startTime !== undefined);
  return schedulesIn(live)
    .map(({ startTime, ...rest }) =>
      sentence({ ...rest, ...(startsDeclared && startTime !== undefined ? { startTime } : {}) }),
    )
    .sort();
}

const wireTrigger = () =>
  z
    .looseObject({
      startTime: word(),
      timeZone: word(),
      expression: word(),
      frequency: word(),
      interval: count().nullish(),
      schedule: z
        .looseObject({
          hours: z.array(count()).nullish(),
          minutes: z.array(count()).nullish(),
          weekDays: z.array(z.string()).nullish(),
        })
        .nullish(),
    })
    .nullish();

/** The part of the service's `schedules` that is compared. */
export const wireSchedules = shape(() =>
  z.looseObject({
    computeStartStop: z
      .array(
        z.looseObject({ action: word(), status: word(), cron: wireTrigger(), recurrence: wireTrigger() }).nullable(),
      )
      .nullish(),
  }),
);
type WireSchedules = z.infer<ReturnType<typeof wireSchedules>>;
type WireSchedule = NonNullable<NonNullable<WireSchedules["computeStartStop"]>[number]>;

export function schedulesIn(live: WireSchedules | undefined): readonly Schedule[] {
  return (live?.computeStartStop ?? []).flatMap((entry) => (entry === null ? [] : (scheduleOf(entry) ?? [])));
}

function scheduleOf({ action, status, cron, recurrence }: WireSchedule): Schedule | undefined {
  const wire = cron ?? recurrence;
  if (wire === null || wire === undefined) return undefined;
  const base = {
    action: action?.toLowerCase() === "start" ? ("start" as const) : ("stop" as const),
    enabled: status?.toLowerCase() !== "disabled",
    timeZone: wire.timeZone ?? "UTC",
    ...(typeof wire.startTime === "string" ? { startTime: wire.startTime } : {}),
  };
  if (wire === cron) return { ...base, by: "cron", expression: wire.expression ?? "" };
  const { hours, minutes, weekDays } = wire.schedule ?? {};
  return {
    ...base,
    by: "recurrence",
    frequency: wire.frequency ?? "",
    interval: wire.interval ?? 1,
    hours: hours ?? [],
    minutes: minutes ?? [],
    ...(weekDays === null || weekDays === undefined || weekDays.length === 0 ? {} : { weekDays }),
  };
}

/** `stop at 0 18 * * * (UTC)` */
function sentence(schedule: Schedule): string {
  const numbers = (values: readonly number[]) => [...values].sort((a, b) => a - b).join(",");
  const when =
    schedule.by === "cron"
      ? `at ${schedule.expression.trim().split(/\s+/).join(" ")}`
      : [
          `every ${schedule.interval} ${schedule.frequency}`,
          schedule.weekDays === undefined || schedule.weekDays.length === 0
            ? ""
            : `on ${[...schedule.weekDays].sort().join(",")}`,
          schedule.hours.length === 0 ? "" : `hours ${numbers(schedule.hours)}`,
          schedule.minutes.length === 0 ? "" : `minutes ${numbers(schedule.minutes)}`,
        ]
          .filter((part) => part !== "")
          .join(" ");
  const from = schedule.startTime === undefined ? "" : ` from ${fullTime(schedule.startTime)}`;
  return `${schedule.enabled ? "" : "disabled: "}${schedule.action} ${when}${from} (${schedule.timeZone})`.toLowerCase();
}

/** The service writes the time of the day out to the second, and may add fractions and a `Z`. */
function fullTime(text: string): string {
  const time = text
    .trim()
    .replace(" ", "T")
    .replace(/(\.\d+)?Z?$/i, "");
  if (/^\d{4}-\d{2}-\d{2}$/.test(time)) return `${time}T00:00:00`;
  return time.replace(/T\d{2}:\d{2}$/i, "$&:00");
}

/** True when some schedule stops the instance. */
export function stops(schedules: readonly Schedule[]): boolean {
  return schedules.some(({ action, enabled }) => enabled && action === "stop");
}

export function liveStops(live: unknown): boolean {
  // Of whoever's instance: a form that is not known is none that is known to stop it.
  return stops(schedulesIn(wireSchedules().safeParse(live).data));
}
