import * as z from "zod";
import { parseResourceId } from "../../azure/resource-id.ts";
import { integer, oneOf, readOnly, text, tags, version } from "../../yaml/shape.ts";
import { speltType } from "../../job/parts/spelling.ts";

/** What every file may have. */
export const anyFile = () => ({ $schema: text().optional(), description: text().optional() });

/** Tags of any value, as most kinds of az ml take them. */
export const anyTags = () => z.record(z.string(), z.unknown()).optional();
export const textTags = () => tags().optional();
export const nullableTexts = () => z.record(z.string(), z.union([text(), z.null()])).optional();
export const anyMapping = () => z.record(z.string(), z.unknown()).optional();
export const texts = () => z.array(text()).optional();

/** The full id of a resource inside a resource group. */
export const resourceId = () =>
  text().refine((id) => parseResourceId(id) !== undefined || /^<[^<>]+>$/.test(id), {
    error: ({ input }) =>
      `${JSON.stringify(input)} is not a valid ARM resource ID. Write it as /subscriptions/…/resourceGroups/…/providers/….`,
  });

/** Where data of a job or a signal comes from. */
export const dataInput = () =>
  z.strictObject({
    type: oneOf(["uri_file", "uri_folder", "mltable"]).optional(),
    path: text(),
    mode: oneOf(["ro_mount", "download", "direct", "eval_mount", "eval_download"]).optional(),
    path_on_compute: text().optional(),
    datastore: text().optional(),
  });

export const modelInput = () =>
  z.strictObject({
    type: oneOf(["custom_model", "mlflow_model", "triton_model"]).optional(),
    path: text().optional(),
    mode: oneOf(["ro_mount", "download", "direct"]).optional(),
    datastore: text().optional(),
  });

/** ISO 8601 with a time; without a zone it is the trigger's own. */
const moment = /^\d{4}-\d{1,2}-\d{1,2}[T ]\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d{1,12})?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?$/;

const time = () =>
  text().refine((value) => moment.test(value) && !Number.isNaN(Date.parse(normal(value))), {
    error: ({ input }) =>
      `${JSON.stringify(input)} is not a date with a time. Write it as "2026-01-31T10:00:00", in quotes.`,
  });

/** Two digits everywhere, as `Date` wants them. */
function normal(value: string): string {
  return value.replaceAll(/(?<!\d)\d(?!\d)/g, "0$&").replace(" ", "T");
}

const timed = () => ({
  start_time: time().optional(),
  end_time: time().optional(),
  time_zone: text().optional(),
});

const many = <Value extends z.ZodType>(value: Value) => z.union([value, z.array(value)]);

const weekDay = () => oneOf(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]);

const recurrence = () =>
  z.strictObject({
    ...timed(),
    type: z.literal("recurrence"),
    frequency: oneOf(["minute", "hour", "day", "week", "month"]),
    interval: integer(),
    schedule: z
      .strictObject({
        hours: many(integer()),
        minutes: many(integer()),
        week_days: many(weekDay()).optional(),
        month_days: many(integer()).optional(),
      })
      .optional(),
  });

/** When something happens again and again. */
export const trigger = () =>
  speltType(
    ["cron", "recurrence"],
    z.discriminatedUnion("type", [
      z.strictObject({ ...timed(), type: z.literal("cron"), expression: text() }),
      recurrence(),
    ]),
  );

/** Materialization knows no cron. */
export const recurrenceTrigger = () => speltType(["recurrence"], recurrence());

/** A data asset that is filled from elsewhere. */
export const dataImport = () =>
  z.strictObject({
    ...anyFile(),
    id: readOnly(),
    name: text(),
    type: oneOf(["uri_file", "uri_folder", "mltable"]).optional(),
    path: text(),
    version: version().optional(),
    tags: anyTags(),
    properties: nullableTexts(),
    datastore: text().optional(),
    auto_delete_setting: anyMapping(),
    source: speltType(
      ["database", "file_system"],
      z.discriminatedUnion("type", [
        z.strictObject({
          type: z.literal("database"),
          connection: text(),
          query: text().optional(),
          stored_procedure: text().optional(),
          stored_procedure_params: z.array(z.record(z.string(), z.unknown())).optional(),
        }),
        z.strictObject({ type: z.literal("file_system"), connection: text(), path: text() }),
      ]),
    ),
  });
