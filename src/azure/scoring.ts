import { isIP } from "node:net";
import type { Readable } from "node:stream";
import {
  createEmptyPipeline,
  createHttpHeaders,
  createPipelineRequest,
  getDefaultProxySettings,
  proxyPolicy,
  type Pipeline,
} from "@azure/core-rest-pipeline";
import { ForeignAddress, hasSuffix, isOnThisMachine, type Hosts } from "./addresses.ts";
import { cancelled, failed, succeeded, type Outcome } from "./outcome.ts";
import { barePipeline, httpClient, userAgentPrefix } from "./pipeline.ts";

/**
 * Where a model is served, which says what its address may be.
 *
 * - `online`: a managed online endpoint, below the cloud's own name for them, by https alone.
 * - `cluster`: a Kubernetes online endpoint or a web service: at an address of its own, often by plain http.
 * - `local`: this machine.
 */
export type ScoringPlace = "online" | "cluster" | "runner";

/** A body that is read while it is sent; opened anew each time that it is sent. */
export type ScoringBody = { readonly length: number; readonly open: () => Readable };

export type ScoringRequest = {
  readonly place: ScoringPlace;
  readonly url: string;
  /** Default: POST. */
  readonly method?: "GET" | "POST";
  /** Holds the key or the token, which is masked already. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | ScoringBody;
  /** How long it may take, to the last byte of the answer. */
  readonly seconds: number;
};

export type ScoringAnswer = {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** False where the answer is longer than is read. */
  readonly isWhole: boolean;
  /** From the first byte sent to the last one received. */
  readonly milliseconds: number;
};

/** One request to a model that is served, sent once: what it may mean to repeat it, the caller knows. Every status is an answer. */
export type Scoring = (request: ScoringRequest) => Promise<Outcome<ScoringAnswer>>;

/** Bytes of an answer that are read. Our choice: what is compared with an expected answer is far smaller. */
const longestAnswer = 8 * 1024 * 1024;

/** @param cloud absent where there is none: then only this machine is asked. */
export function createScoring(cloud: Hosts | undefined, signal: AbortSignal): Scoring {
  return async (request) => {
    const limit = AbortSignal.timeout(request.seconds * 1000);
    try {
      const url = scoringAddress(request.url, request.place, cloud);
      return succeeded(await send(url, request, AbortSignal.any([signal, limit])));
    } catch (error) {
      if (error instanceof ForeignAddress) return fault("refused", "ForeignHost", error.message);
      if (signal.aborted) return cancelled();
      if (limit.aborted) return fault("unreachable", "Timeout", `no answer within ${request.seconds} s`);
      const { name = "", code, message } = error as Partial<Error> & { readonly code?: unknown };
      const known = typeof code === "string" ? code : ["RestError", "AbortError"].find((one) => one === name);
      // Anything else is a bug of ours.
      if (known === undefined) throw error;
      return fault("unreachable", known, message ?? "the connection failed");
    }
  };
}

function fault(reason: "refused" | "unreachable", code: string, message: string): Outcome<never> {
  return failed({ reason, error: { code, message, details: [] } });
}

async function send(
  url: URL,
  { place, method = "POST", headers, body }: ScoringRequest,
  signal: AbortSignal,
): Promise<ScoringAnswer> {
  const length = typeof body === "string" ? Buffer.byteLength(body) : body?.length;
  const request = createPipelineRequest({
    method,
    url: url.href,
    allowInsecureConnection: url.protocol === "http:",
    headers: createHttpHeaders({
      "user-agent": userAgentPrefix,
      ...headers,
      ...(length === undefined ? {} : { "content-length": String(length) }),
    }),
    streamResponseStatusCodes: new Set([Number.POSITIVE_INFINITY]),
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : body.open }),
    abortSignal: signal,
  });
  const from = performance.now();
  const response = await pipelineTo(url, place).sendRequest(httpClient(), request);
  const read = await readAtMost(response.readableStreamBody as Readable | undefined);
  const milliseconds = performance.now() - from;
  return { status: response.status, headers: response.headers.toJSON(), ...read, milliseconds };
}

async function readAtMost(body: Readable | undefined): Promise<Pick<ScoringAnswer, "text" | "isWhole">> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    // Leaving the loop closes the connection.
    if (length > longestAnswer) return { text: textOf(chunks).slice(0, longestAnswer), isWhole: false };
  }
  return { text: textOf(chunks), isWhole: true };
}

function textOf(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString("utf8");
}

let direct: Pipeline | undefined;
let secure: Pipeline | undefined;
let plain: Pipeline | undefined;

/** Redirections are not followed: the key goes to this address and to no other. */
function pipelineTo({ protocol }: URL, place: ScoringPlace): Pipeline {
  // No proxy leads to this machine, whether or not NO_PROXY says so.
  if (place === "runner") return (direct ??= createEmptyPipeline());
  if (protocol === "https:") return (secure ??= barePipeline());
  return (plain ??= plainPipeline());
}

/** For web services without TLS HTTP_PROXY counts first; the library takes HTTPS_PROXY for everything. NO_PROXY holds for both. */
function plainPipeline(): Pipeline {
  const named = process.env["HTTP_PROXY"] ?? process.env["http_proxy"];
  const settings = named === undefined || named === "" ? undefined : getDefaultProxySettings(named);
  if (settings === undefined) return barePipeline();
  const pipeline = createEmptyPipeline();
  pipeline.addPolicy(proxyPolicy(settings));
  return pipeline;
}

/**
 * The address of a model that is served, which the service has named, and which gets a key.
 *
 * @throws ForeignAddress
 */
export function scoringAddress(text: string, place: ScoringPlace, cloud: Hosts | undefined): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["https:", "http:"].includes(url.protocol))
    throw new ForeignAddress("The service returned a scoring address that is neither http nor https.");
  if (url.username !== "" || url.password !== "")
    throw new ForeignAddress(
      `The service named a scoring address at ${url.host} with a user name in it; it was not used.`,
    );
  if (isOnThisMachine(url) && (place === "runner" || (cloud !== undefined && isEmulated(cloud)))) return url;
  if (place === "online" && isManaged(url, cloud)) return url;
  if (place === "cluster" && !isOnThisMachine(url) && !isLinkLocal(url)) return url;
  throw new ForeignAddress(
    `The service named ${url.origin} as a scoring address, which is not ${wanted[place]}; no key was sent there.`,
  );
}

const wanted: Readonly<Record<ScoringPlace, string>> = {
  online: "where the cloud serves its managed online endpoints",
  cluster: "an address of a cluster or a container",
  runner: "this machine",
};

/** Below `inference` of the studio's name, in every cloud: `NAME.REGION.inference.ml.azure.com`. */
function isManaged(url: URL, cloud: Hosts | undefined): boolean {
  const suffixes = (cloud?.dataPlaneSuffixes ?? []).flatMap((suffix) =>
    suffix.startsWith("ml.") ? [`inference.${suffix}`] : cloud?.isCustom === true ? [suffix] : [],
  );
  return url.protocol === "https:" && suffixes.some((suffix) => hasSuffix(url, suffix));
}

/** A cloud that is on this machine as a whole has its endpoints here as well. */
function isEmulated({ resourceManager }: Hosts): boolean {
  return isOnThisMachine(new URL(resourceManager));
}

/** Where machines ask for their own metadata and tokens. */
function isLinkLocal({ hostname }: URL): boolean {
  const address = hostname.replace(/^\[|\]$/g, "");
  return isIP(address) !== 0 && /^(169\.254\.|168\.63\.129\.16$|fe80:|::ffff:a9fe:)/i.test(address);
}
