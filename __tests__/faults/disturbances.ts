import type { Fault } from "../../emulator/faults.ts";
import { isBlobService } from "../../emulator/server/cloud-endpoints.ts";

/** A kind of request in a flow: which one it is, whenever it comes. */
export type Position = {
  readonly method: string;
  /** Regular expression that the path meets from end to end. */
  readonly path: string;
  /** From 0: how many of the same came before. */
  readonly nth: number;
  readonly of: "sign-in" | "arm" | "computes" | "compute" | "operation" | "blob" | "job" | "release" | "scoring";
};

/** One way in which things go wrong at a request. */
export type Disturbance = {
  readonly name: string;
  readonly at: (position: Position) => boolean;
  readonly fault: (position: Position) => readonly Effect[];
  /** Seconds of the clock that the run is given; absent: more than it needs. */
  readonly seconds?: number;
  /** Real seconds after which the client gives a request up, where it has to. */
  readonly requestSeconds?: number;
};

/** Long enough for a machine that is busy with all the cases, short enough to be waited for. */
const patience = { requestSeconds: 2.5 };

type Distributed<F> = F extends Fault ? Omit<F, "method" | "path" | "skip"> : never;
type Effect = Distributed<Fault>;

const everywhere = () => true;
const isWrite = ({ method }: Position) => method !== "GET" && method !== "HEAD";
/** Of what is followed until it has ended: a compute, or an endpoint, a deployment or a web service. */
const isLastingWrite = (position: Position) =>
  (position.of === "compute" || position.of === "release") && isWrite(position);
const isJobWrite = (position: Position) => position.of === "job" && isWrite(position);
const error = (code: string, message: string) => ({ error: { code, message } });
const json = { "Content-Type": "application/json" };

function status(code: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Effect {
  return { kind: "status", status: code, body, headers: { ...json, ...headers } };
}

const busy = error("Conflict", "Another operation is in progress on the compute.");
const expired = error(
  "ExpiredAuthenticationToken",
  "The access token expiry UTC time is earlier than current UTC time.",
);

/** Every way that is known. Each is played at every request that it can meet. */
export const disturbances: readonly Disturbance[] = [
  { name: "reset before it was carried out", at: everywhere, fault: () => [{ kind: "reset" }] },
  { name: "lost reply", at: everywhere, fault: () => [{ kind: "lost-reply" }] },
  {
    name: "timeout, not carried out",
    at: everywhere,
    fault: () => [{ kind: "no-reply", carriedOut: false }],
    ...patience,
  },
  { name: "timeout, carried out", at: isWrite, fault: () => [{ kind: "no-reply", carriedOut: true }], ...patience },
  {
    name: "503",
    at: everywhere,
    fault: () => [status(503, error("ServiceUnavailable", "The service is unavailable."))],
  },
  {
    name: "500 after commit",
    at: isWrite,
    fault: () => [{ kind: "status-after", status: 500, body: error("InternalServerError", "Something went wrong.") }],
  },
  {
    name: "504 after commit",
    at: (position) => isLastingWrite(position) || isJobWrite(position),
    fault: () => [{ kind: "status-after", status: 504, body: error("GatewayTimeout", "The gateway gave up.") }],
  },
  {
    name: "429 with Retry-After",
    at: everywhere,
    fault: () => [status(429, error("TooManyRequests", "Too many requests."), { "Retry-After": "2" })],
  },
  {
    name: "token expired",
    at: ({ of }) => of !== "sign-in" && of !== "blob",
    fault: () => [status(401, expired, { "WWW-Authenticate": 'Bearer error="invalid_token"' })],
  },
  {
    name: "access to the storage expired",
    at: ({ of }) => of === "blob",
    fault: () => [
      {
        kind: "status",
        status: 403,
        body: error("AuthenticationFailed", "Signature not valid in the specified time frame."),
        headers: { "x-ms-error-code": "AuthenticationFailed" },
      },
    ],
  },
  { name: "409, in flight", at: isLastingWrite, fault: () => [status(409, busy)] },
  {
    name: "409 after commit",
    at: (position) => isLastingWrite(position) || isJobWrite(position),
    fault: () => [{ kind: "status-after", status: 409, body: busy }],
  },
  { name: "412", at: isLastingWrite, fault: () => [status(412, error("PreconditionFailed", "Try again."))] },
  {
    name: "lease held by somebody",
    at: (position) => position.of === "blob" && isWrite(position),
    fault: () => [
      {
        kind: "status",
        status: 409,
        body: error("LeaseAlreadyPresent", "There is already a lease present."),
        headers: { "x-ms-error-code": "LeaseAlreadyPresent" },
      },
    ],
  },
  { name: "truncated reply", at: everywhere, fault: () => [{ kind: "truncated" }] },
  { name: "reply that is no JSON", at: ({ of }) => of !== "blob", fault: () => [{ kind: "malformed" }] },
  {
    name: "lagging read",
    at: ({ of, method }) => ["computes", "compute", "release"].includes(of) && method === "GET",
    fault: () => [{ kind: "lagging" }],
  },
  {
    name: "reads that lag three times",
    at: ({ of, method }) => ["computes", "compute", "release"].includes(of) && method === "GET",
    fault: () => [{ kind: "lagging", times: 3 }],
  },
  {
    name: "read that does not know the run yet",
    at: ({ of, method, path }) => method === "GET" && (of === "job" || /\/history\//.test(path)),
    fault: () => [status(404, error("UserError", "The run could not be found."))],
  },
  {
    name: "200 whose body says Failed",
    at: isLastingWrite,
    fault: () => [{ kind: "failed-at-once", code: "ProvisioningFailed", message: "It could not be reached." }],
  },
  {
    name: "operation says Failed",
    at: ({ of }) => of === "operation",
    fault: () => [status(200, { status: "Failed", ...error("InternalServerError", "It could not be reached.") })],
  },
  {
    name: "operation ends Failed",
    at: isLastingWrite,
    fault: () => [{ kind: "operation-fails", code: "InternalServerError", message: "It could not be reached." }],
  },
  { name: "operation ends Canceled", at: isLastingWrite, fault: () => [{ kind: "operation-canceled" }] },
  {
    name: "operation never ends",
    at: isLastingWrite,
    fault: () => [{ kind: "operation-never-ends" }],
    seconds: 120,
  },
  {
    name: "operation is forgotten",
    at: ({ of, nth }) => of === "operation" && nth === 0,
    fault: () => [{ ...status(404, error("OperationNotFound", "The operation was not found.")), times: 1000 }],
  },
];

/** A regular expression that means the text and nothing else, as readable as it may be. */
export function literally(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** The requests of a flow as positions. */
export function positionsOf(
  requests: readonly { readonly method: string; readonly path: string }[],
): readonly Position[] {
  const seen = new Map<string, number>();
  return requests.map(({ method, path: asked }) => {
    const path = `^${literally(asked)
      .replace(/((?:compute|mfe)OperationsStatus\/)[^/]+/i, "$1[^/]+")
      .replace(/(\/operations\/)[0-9a-f-]+/i, "$1[0-9a-f-]+")
      .replace(/(_web-services\/)[^/]+/, "$1[^/]+")
      .replace(placeOfUpload, "/[0-9a-f-]+/")}$`;
    const key = `${method} ${path}`;
    const nth = seen.get(key) ?? 0;
    seen.set(key, nth + 1);
    return { method, path, nth, of: whatIs(asked) };
  });
}

/** The service names a new one each time. */
const placeOfUpload = /\/[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f-]{27}\//;

function whatIs(path: string): Position["of"] {
  if (/\/(compute|mfe)OperationsStatus\/|\/modelmanagement\/.*\/operations\//i.test(path)) return "operation";
  if (/\/modelmanagement\/.*\/services(\/(?!validate$)[^/]+)?$/i.test(path)) return "release";
  if (/\/(online|batch)Endpoints(\/[^/]+(\/deployments(\/[^/]+)?)?)?$/i.test(path)) return "release";
  if (/^\/_inference\/|^\/_web-services\//.test(path)) return "scoring";
  if (/\/computes$/i.test(path)) return "computes";
  if (/\/computes\//i.test(path)) return "compute";
  if (/\/jobs\/[^/]+$/i.test(path)) return "job";
  if (/^\/(subscriptions|history|artifact|mlflow)\//i.test(path)) return "arm";
  return isBlobService("", path) ? "blob" : "sign-in";
}

/** For people: `PUT …/computes/dsvm (2nd)` */
export function shownPosition({ method, path, nth }: Position): string {
  const short = path.replaceAll(/\\/g, "").replace(/^\^/, "").replace(/\$$/, "").split("/").slice(-2).join("/");
  return `${method} ${short}${nth === 0 ? "" : ` #${nth + 1}`}`;
}
