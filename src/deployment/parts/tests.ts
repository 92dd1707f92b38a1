import type { SourceNode } from "../../yaml/source.ts";

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
  /** A JSON Schema, read. */
  readonly schema?: object;
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
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly timeoutSeconds: number;
};
