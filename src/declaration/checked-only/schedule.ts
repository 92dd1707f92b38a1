import * as z from "zod";
import { cronProblem } from "../../compute/managed/cron.ts";
import { isTimeZone, timeZones } from "../../compute/managed/time-zones.ts";
import { readJob } from "../../job/job.ts";
import { inputsSchema } from "../../job/parts/inputs.ts";
import { identitySchema } from "../../job/parts/identity.ts";
import { outputsSchema } from "../../job/parts/outputs.ts";
import { servicesSchema } from "../../job/parts/services.ts";
import { settingsSchema } from "../../job/pipeline.ts";
import { loadFiles } from "../../yaml/files.ts";
import { checkShape, oneOf, readOnly, shape, text } from "../../yaml/shape.ts";
import { positionOf, valueAt, type SourceNode } from "../../yaml/source.ts";
import { nearest } from "../../yaml/suggestion.ts";
import { isMapping } from "../../yaml/wording.ts";
import type { CheckedPart, Mapping } from "./kind.ts";
import { checkMonitor, monitor } from "./monitor.ts";
import { anyFile, anyTags, dataImport, nullableTexts, trigger } from "./parts.ts";

const base = () => ({
  ...anyFile(),
  id: readOnly(),
  name: text(),
  display_name: text().optional(),
  tags: anyTags(),
  properties: nullableTexts(),
  trigger: trigger(),
  creation_context: readOnly(),
  is_enabled: readOnly(),
  provisioning_state: readOnly(),
});

const ofJob = shape(() => z.strictObject({ ...base(), create_job: z.unknown().optional() }));
const ofMonitor = shape(() => z.strictObject({ ...base(), create_monitor: monitor() }));
const ofImport = shape(() => z.strictObject({ ...base(), import_data: z.unknown().optional() }));

/** What is scheduled says which of the three it is; a file with several is one of the first that az ml looks for. */
export function shapeOf(mapping: Mapping): () => z.ZodType {
  if (Object.hasOwn(mapping, "create_monitor")) return ofMonitor;
  return Object.hasOwn(mapping, "import_data") ? ofImport : ofJob;
}

export async function checkSchedule(part: CheckedPart): Promise<void> {
  const value = valueAt(part.node);
  if (!isMapping(value)) return;
  checkTrigger(part);
  if (Object.hasOwn(value, "create_monitor")) checkMonitor(part);
  else if (Object.hasOwn(value, "import_data")) await checkImport(part);
  else if (Object.hasOwn(value, "create_job")) await checkJob(part);
  else
    part.add(
      "missing-key",
      [],
      "The schedule does not say what happens.",
      "Add create_job, create_monitor or import_data.",
    );
}

function checkTrigger({ node, add }: CheckedPart): void {
  const expression = valueAt(node, ["trigger", "expression"]);
  const fault = typeof expression === "string" ? cronProblem(expression) : undefined;
  if (fault !== undefined) add("malformed-cron", ["trigger", "expression"], fault.message, fault.fix);
  const zone = valueAt(node, ["trigger", "time_zone"]);
  if (typeof zone !== "string" || isTimeZone(zone)) return;
  const near = nearest(zone, timeZones);
  add(
    "unknown-time-zone",
    ["trigger", "time_zone"],
    `${JSON.stringify(zone)} is not a time zone that schedules know.`,
    near === undefined ? "Write a Windows time zone such as W. Europe Standard Time, or UTC." : `Did you mean ${near}?`,
  );
}

/** What a mapping that names its job may set of it. */
const updates = () => ({
  name: text().optional(),
  description: text().optional(),
  tags: nullableTexts(),
  display_name: text().optional(),
  experiment_name: text().optional(),
  properties: nullableTexts(),
  services: servicesSchema().optional(),
  identity: identitySchema().optional(),
  compute: text().optional(),
  job: text(),
  id: readOnly(),
  status: readOnly(),
  creation_context: readOnly(),
  log_files: readOnly(),
});

const jobUpdates = {
  pipeline: shape(() =>
    z.strictObject({
      ...updates(),
      type: oneOf(["pipeline"]).optional(),
      inputs: inputsSchema().optional(),
      outputs: outputsSchema().optional(),
      settings: settingsSchema().optional(),
    }),
  ),
};

async function checkJob(part: CheckedPart): Promise<void> {
  const node: SourceNode = { ...part.node, path: [...part.node.path, "create_job"] };
  const value = valueAt(node);
  if (typeof value === "string") return checkJobFile(value, node, part);
  if (!isMapping(value)) {
    const problem = {
      message: "create_job is neither a job nor a mapping that names one.",
      severity: "error",
    } as const;
    const fix = "Write the path of a pipeline job file, azureml:JOB_NAME, or a mapping with job and what is to be set.";
    part.problems.push({ code: "wrong-value", where: positionOf(node), fix, ...problem });
    return;
  }
  const { type, job } = value;
  if (typeof type === "string" && type.toLowerCase() !== "pipeline") {
    part.problems.push(notScheduled(type, { ...node, path: [...node.path, "type"] }));
    return;
  }
  part.problems.push(...checkShape(jobUpdates.pipeline, node).problems);
  if (typeof job !== "string") return;
  const at: SourceNode = { ...node, path: [...node.path, "job"] };
  if (type === undefined && /^azureml:/i.test(job)) {
    part.add("missing-key", ["create_job"], "A job in Azure is named, and not its type.", "Add type: pipeline.");
    return;
  }
  await checkJobFile(job, at, part, isMapping(value["settings"]));
}

function notScheduled(type: string, node: SourceNode) {
  return {
    code: "wrong-value",
    severity: "error",
    where: positionOf(node),
    message: `Jobs of type ${type} are not scheduled: az ml takes pipeline jobs alone.`,
    fix: "Make the job a step of a pipeline job, and name that.",
  } as const;
}

/** @param isSet the schedule sets something that the job may lack. */
async function checkJobFile(
  written: string,
  node: SourceNode,
  { request, problems, documents }: CheckedPart,
  isSet = false,
): Promise<void> {
  if (/^azureml:./i.test(written)) return;
  const where = positionOf(node);
  if (/^file:/i.test(written)) {
    const fix = `Write ${JSON.stringify(written.replace(/^file:/i, ""))}.`;
    problems.push({
      code: "wrong-value",
      severity: "error",
      where,
      message: "A job is named by its path alone, without file:.",
      fix,
    });
    return;
  }
  const loaded = await loadFiles([written], node.document.folder, request, where);
  problems.push(...loaded.problems);
  for (const { documents: read, problems: ofFile } of loaded.files) {
    problems.push(...ofFile);
    documents.push(...read);
    const [document] = read;
    if (document === undefined) continue;
    const type = isMapping(document.value) ? document.value["type"] : undefined;
    const { job, problems: found } = readJob({ document, path: [] });
    problems.push(...found.filter(({ code }) => !(isSet && code === "step-without-compute")));
    const name = job?.type ?? (typeof type === "string" ? type : "command");
    if (name !== "pipeline") problems.push(notScheduled(name, node));
  }
}

async function checkImport({ node: whole, request, problems, documents }: CheckedPart): Promise<void> {
  const node: SourceNode = { ...whole, path: [...whole.path, "import_data"] };
  const value = valueAt(node);
  const shapeOfImport = shape(dataImport);
  if (typeof value !== "string") {
    problems.push(...checkShape(shapeOfImport, node).problems);
    return;
  }
  const loaded = await loadFiles([value], node.document.folder, request, positionOf(node));
  problems.push(...loaded.problems);
  for (const { documents: read, problems: ofFile } of loaded.files) {
    problems.push(...ofFile);
    documents.push(...read);
    for (const document of read.slice(0, 1))
      problems.push(...checkShape(shapeOfImport, { document, path: [] }).problems);
  }
}
