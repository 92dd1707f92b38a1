import * as z from "zod";
import { readInputs, inputsSchema, type JobInputs } from "../../job/parts/inputs.ts";
import { outputsSchema, readOutputs } from "../../job/parts/outputs.ts";
import type { PartReader } from "../../job/parts/read-part.ts";
import { readerWithin } from "../../job/parts/within.ts";
import { keepInside, leadsOutside, namedPath } from "../../yaml/named-path.ts";
import { integer, number, text } from "../../yaml/shape.ts";
import type { NodePath, SourceNode } from "../../yaml/source.ts";
import { isMapping, mismatch } from "../../yaml/wording.ts";
import { readSchema, type TestSchema } from "./test-schema.ts";

/** What is asked of a new deployment before it gets traffic. */
export type SmokeTest = RequestTest | InvocationTest;

/** One request to a scoring URI, as often as `calls` says. */
export type RequestTest = {
  readonly kind: "request";
  readonly source: SourceNode;
  /** A file is sent as it is, what is written inline as JSON. */
  readonly request:
    | { readonly from: "file"; readonly path: string; /** Absolute. */ readonly file: string }
    | { readonly from: "inline"; readonly value: unknown };
  readonly contentType: string;
  /** Of the endpoint's root; absent for the deployment's own route. */
  readonly path?: string;
  readonly status: number;
  /** JSON subset: objects may have more keys; lists as long and in order. */
  readonly response?: unknown;
  /** A JSON Schema, read; that it is one is found out by `schemaProblems`. */
  readonly schema?: object;
  /** Where the schema is written, for messages about it. */
  readonly schemaSource?: SourceNode;
  /** For the numbers in `response`: |got - wanted| <= tolerance. */
  readonly tolerance: number;
  /** The 95th percentile over `calls`. */
  readonly maxLatencyMs?: number;
  readonly calls: number;
};

/** One invocation of a batch deployment: it passes when the job is Completed. */
export type InvocationTest = {
  readonly kind: "invocation";
  readonly source: SourceNode;
  /** In az ml's keys, checked: `{ data: { type, path } }` and literals. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** The same, read as the inputs of a job: with what paths lead to. */
  readonly jobInputs: JobInputs;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly timeoutSeconds: number;
};

/** Ours: what a batch job may take that reads a few lines, with the time in which its cluster starts. */
const invocationSeconds = 3600;

const requestKeys = [
  "request",
  "content_type",
  "path",
  "status",
  "response",
  "schema",
  "tolerance",
  "max_latency_ms",
  "calls",
] as const;
const invocationKeys = ["inputs", "outputs", "timeout"] as const;

const inline = () => z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())]);

export const testsSchema = () =>
  z
    .array(
      z.strictObject({
        request: z
          .union([text(), inline()])
          .optional()
          .describe("Path of a file that is sent as it is, or a mapping or list that is sent as JSON."),
        content_type: text().optional().describe("Default application/json."),
        path: text().optional().describe("Route below the endpoint's root; default: the deployment's own."),
        status: integer().optional().describe("Default 200."),
        response: z.unknown().optional().describe("JSON that the answer holds: objects may have more keys."),
        schema: z
          .union([text(), z.record(z.string(), z.unknown())])
          .optional()
          .describe("JSON Schema, path or inline."),
        tolerance: number().optional().describe("For the numbers in response; default 0."),
        max_latency_ms: integer().optional().describe("The 95th percentile over calls may take so long."),
        calls: integer().optional().describe("Default 1."),
        inputs: inputsSchema().optional().describe("Of a batch deployment: inputs of the job that is started."),
        outputs: outputsSchema().optional().describe("Of a batch deployment: outputs of the job."),
        timeout: integer().optional().describe(`Of a batch deployment: seconds; default ${invocationSeconds}.`),
      }),
    )
    .describe("What is asked of a new deployment before it gets traffic.");

type DeclaredTest = z.infer<ReturnType<typeof testsSchema>>[number];

/** @param reader of the mapping that has `tests`. @param kind of the tests that deployments of the type can have. */
export function readTests(
  declared: readonly DeclaredTest[] | undefined,
  reader: PartReader,
  kind: SmokeTest["kind"],
): readonly SmokeTest[] {
  return (declared ?? []).flatMap((test, index): readonly SmokeTest[] => {
    const inside = readerWithin(reader, ["tests", index]);
    if (!isOfKind(test, inside, kind)) return [];
    return kind === "request" ? readRequest(test, inside) : [readInvocation(test, inside)];
  });
}

function isOfKind(test: DeclaredTest, { add }: PartReader, kind: SmokeTest["kind"]): boolean {
  const others: readonly (keyof DeclaredTest)[] = kind === "request" ? invocationKeys : requestKeys;
  const foreign = others.filter((key) => test[key] !== undefined);
  for (const key of foreign) {
    add(
      "wrong-test",
      [key],
      kind === "request"
        ? `${key} is for tests of batch deployments.`
        : `${key} is for tests of online deployments and web services: a batch deployment is invoked.`,
      kind === "request"
        ? "Write request: a file, or the body itself."
        : "Write inputs: { data: { type: uri_file, path: … } }.",
    );
  }
  if (foreign.length > 0) return false;
  if (kind === "request" && test.request === undefined) {
    add("missing-key", [], "The test sends nothing.", "Add request: a file, or the body itself.");
    return false;
  }
  if (kind === "invocation" && test.inputs === undefined && test.outputs === undefined) {
    add(
      "missing-key",
      [],
      "The test has no inputs to invoke the deployment with.",
      "Add inputs; {} where it needs none.",
    );
    return false;
  }
  return true;
}

function readRequest(test: DeclaredTest, reader: PartReader): readonly RequestTest[] {
  const { node, add } = reader;
  const { status = 200, tolerance = 0, calls = 1, max_latency_ms: maxLatencyMs, path } = test;
  if (status < 100 || status > 599)
    add("out-of-range", ["status"], `status is ${status}.`, "Use a status from 100 to 599.");
  if (tolerance < 0) add("out-of-range", ["tolerance"], `tolerance is ${tolerance}.`, "Set it to 0 or more.");
  if (calls < 1) add("out-of-range", ["calls"], `calls is ${calls}.`, "Set it to 1 or more.");
  if (maxLatencyMs !== undefined && maxLatencyMs < 1)
    add("out-of-range", ["max_latency_ms"], `max_latency_ms is ${maxLatencyMs}.`, "Give milliseconds, 1 or more.");
  if (test.tolerance !== undefined && test.response === undefined)
    add(
      "unused-key",
      ["tolerance"],
      "There is a tolerance, but no response that it applies to.",
      "Add response.",
      "warning",
    );
  if (path !== undefined && !path.startsWith("/"))
    add(
      "wrong-value",
      ["path"],
      `${JSON.stringify(path)} is not a route.`,
      `Write path: /${path.replace(/^[a-z]+:\/\/[^/]*\//i, "")}.`,
    );
  if (test.response !== undefined) checkJson(test.response, ["response"], reader);
  const request = readBody(test.request, reader);
  const schema = test.schema === undefined ? undefined : readSchema(test.schema, reader);
  if (request === undefined) return [];
  return [
    {
      kind: "request",
      source: node,
      request,
      contentType: test.content_type ?? "application/json",
      ...(path === undefined ? {} : { path }),
      status,
      ...(test.response === undefined ? {} : { response: test.response }),
      ...schemaOf(schema),
      tolerance,
      ...(maxLatencyMs === undefined ? {} : { maxLatencyMs }),
      calls,
    },
  ];
}

function schemaOf(schema: TestSchema | undefined): Pick<RequestTest, "schema" | "schemaSource"> {
  return schema === undefined ? {} : { schema: schema.schema, schemaSource: schema.source };
}

function readBody(declared: DeclaredTest["request"], reader: PartReader): RequestTest["request"] | undefined {
  const { node, add } = reader;
  if (typeof declared !== "string") {
    checkJson(declared, ["request"], reader);
    return { from: "inline", value: declared };
  }
  const { path: file, is } = namedPath(declared, node.document);
  if (is === "file") return { from: "file", path: declared, file };
  const what = `The request ${JSON.stringify(declared)}`;
  if (is === "outside") add("outside", ["request"], `${what} ${leadsOutside}.`, keepInside);
  else if (is === "folder") add("not-a-file", ["request"], `${what} is a folder.`, "Name the file that is sent.");
  else
    add(
      "missing-file",
      ["request"],
      `${what} does not exist.`,
      "Fix the path, which is relative to this file, or write the body as a mapping or list.",
    );
  return undefined;
}

/** What YAML can say and JSON cannot: dates, and numbers that are none. */
function checkJson(value: unknown, path: NodePath, { add }: PartReader): void {
  const look = (item: unknown, at: NodePath): void => {
    if (Array.isArray(item)) for (const [index, one] of item.entries()) look(one, [...at, index]);
    else if (isMapping(item)) for (const [key, member] of Object.entries(item)) look(member, [...at, key]);
    else if ((typeof item === "number" && !Number.isFinite(item)) || (typeof item === "object" && item !== null)) {
      const sentences = mismatch(item, "text or a number");
      const end = sentences.lastIndexOf(". ");
      add("wrong-value", at, sentences.slice(0, end + 1), sentences.slice(end + 2));
    }
  };
  look(value, path);
}

function readInvocation(test: DeclaredTest, reader: PartReader): InvocationTest {
  const { inputs = {}, outputs = {}, timeout = invocationSeconds } = test;
  if (timeout < 1) reader.add("out-of-range", ["timeout"], `timeout is ${timeout}.`, "Give seconds, 1 or more.");
  readOutputs(outputs, reader);
  return {
    kind: "invocation",
    source: reader.node,
    inputs,
    jobInputs: readInputs(inputs, reader),
    outputs,
    timeoutSeconds: timeout,
  };
}
