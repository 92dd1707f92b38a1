/** A disturbance of requests that match. */
export type Fault = {
  /** Regular expression on the method, from end to end. */
  readonly method?: string;
  /** Regular expression on the path. */
  readonly path: string;
  /** Skip this many matches first. */
  readonly skip?: number;
  /** How many matches are disturbed; default 1. */
  readonly times?: number;
} & (
  | {
      readonly kind: "status";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
    }
  /** The connection is destroyed before anything is done. */
  | { readonly kind: "reset" }
  /** The request is carried out, its reply never arrives. */
  | { readonly kind: "lost-reply" }
  /** Nothing is ever answered and the connection stays open: the client has to give up by itself. */
  | { readonly kind: "no-reply"; readonly carriedOut: boolean }
  /** The request is carried out, and answered with this status all the same: a gateway that gave up, or that sent it twice. */
  | {
      readonly kind: "status-after";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
    }
  | { readonly kind: "delay"; readonly seconds: number }
  /** The reply's body is cut in half, or is not JSON. */
  | { readonly kind: "truncated" | "malformed" }
  /** Half of a blob's bytes come, then nothing more; the connection stays open. */
  | { readonly kind: "stalled" }
  /** The operation that the request begins ends so. */
  | { readonly kind: "operation-fails"; readonly code: string; readonly message: string }
  /** The operation that the request begins succeeds, and the kind's own part then holds this besides. */
  | { readonly kind: "ends-as"; readonly properties: Readonly<Record<string, unknown>> }
  | { readonly kind: "operation-canceled" }
  | { readonly kind: "operation-never-ends" }
  /** The write answers 200 at once, without an operation, and its body says that the provisioning failed. */
  | { readonly kind: "failed-at-once"; readonly code: string; readonly message: string }
  /** A read of computes shows the workspace as it was before the last write. */
  | { readonly kind: "lagging" }
  | { readonly kind: "operation-takes"; readonly seconds: number }
);

export type Faults = {
  readonly add: (fault: Fault) => void;
  readonly clear: () => void;
  /** The faults that this request meets; each match counts. */
  readonly match: (method: string, path: string) => readonly Fault[];
};

export function createFaults(): Faults {
  let active: { readonly fault: Fault; seen: number }[] = [];
  return {
    add: (fault) => void active.push({ fault, seen: 0 }),
    clear: () => {
      active = [];
    },
    match: (method, path) =>
      active.flatMap((entry) => {
        const { fault } = entry;
        if (fault.method !== undefined && !new RegExp(`^(${fault.method})$`).test(method)) return [];
        if (!new RegExp(fault.path, "i").test(path)) return [];
        entry.seen += 1;
        const first = (fault.skip ?? 0) + 1;
        return entry.seen >= first && entry.seen < first + (fault.times ?? 1) ? [fault] : [];
      }),
  };
}
