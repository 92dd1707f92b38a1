import type { Received } from "../server/received.ts";
import type { Answer } from "../server/answer.ts";
import type { Forwarded } from "../storage.ts";
import type { Store } from "../store.ts";
import type { Tokens } from "../tokens.ts";
import type { Container } from "./v1-services-container.ts";
import {
  audienceOf,
  hostOf,
  serviceCollections,
  type KeptService,
  type ServiceSecrets,
} from "./v1-services-document.ts";
import { mmsError } from "./v1-services-error.ts";

type ScoringParts = {
  readonly store: Store;
  readonly tokens: Tokens;
  readonly containerOf: (service: KeptService) => Promise<Container | undefined>;
};

/** Milliseconds, where the service says nothing else. */
const defaultTimeout = 60_000;

/** What answers by the scoring URIs of web services. @returns `undefined` for every other address. */
export function createScoring({ store, tokens, containerOf }: ScoringParts) {
  return async (received: Received): Promise<Answer | undefined> => {
    const asked = askedOf(received);
    if (asked === undefined) return undefined;
    const services = store.list<KeptService>(serviceCollections.services).map(({ value }) => value);
    const service = services.find((one) =>
      asked.name === undefined ? one.computeType === "ACI" && hostOf(one) === asked.host : one.name === asked.name,
    );
    if (service === undefined) return text(asked.name === undefined ? 502 : 404, "no such service");
    if (asked.path !== "/" && !isAdmitted(service, received, { store, tokens }))
      return mmsError(401, {
        code: "EmptyOrInvalidToken",
        message:
          "Invalid Authorization header. Please make sure sure your are using Bearer authentication and passing the correct key.",
      });
    const container = await containerOf(service);
    const milliseconds = timeoutOf(service);
    const { message, method, bytes } = received;
    const headers = Object.fromEntries(
      Object.entries(message.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
    );
    const answer = await container?.answer({ method, path: asked.path, headers, bytes }, milliseconds);
    if (answer === "timeout") return text(504, `The service did not answer within ${milliseconds} ms.`);
    return answer ?? text(503, "The service is not available.");
  };
}

type Asked = { readonly host?: string; readonly name?: string; readonly path: string };

/** Names of container groups, and what stands for them at an address of the emulator's own. */
const groupHost = /^([a-z0-9-]+\.[a-z0-9]+\.azurecontainer\.io)(?::\d+)?$/i;

function askedOf({ host, url }: Received): Asked | undefined {
  const path = decodeURI(url.pathname);
  const [, group] = groupHost.exec(host) ?? [];
  if (group !== undefined) return { host: group.toLowerCase(), path: `${path}${url.search}` };
  const [, own = "", below = "/"] = /^\/_web-services\/([^/]+)(\/.*)?$/.exec(path) ?? [];
  if (own !== "") return { host: own, path: `${below}${url.search}` };
  const [, name, rest = "/"] = /^\/api\/v1\/service\/([^/]+)(\/.*)?$/.exec(path) ?? [];
  return name === undefined ? undefined : { name, path: `${rest}${url.search}` };
}

function isAdmitted(
  service: KeptService,
  { message }: Received,
  { store, tokens }: Pick<ScoringParts, "store" | "tokens">,
): boolean {
  if (service["authEnabled"] !== true && service["aadAuthEnabled"] !== true) return true;
  const [, given = ""] = /^Bearer (.+)$/i.exec(message.headers.authorization ?? "") ?? [];
  if (service["aadAuthEnabled"] === true) {
    const claims = tokens.checkAccess(given);
    return typeof claims !== "string" && claims["aud"] === audienceOf(service.name);
  }
  const { primaryKey, secondaryKey } = store.get<ServiceSecrets>(serviceCollections.secrets, service.name) ?? {};
  return given !== "" && [primaryKey, secondaryKey].includes(given);
}

function timeoutOf({ scoringTimeoutMs }: KeptService): number {
  return typeof scoringTimeoutMs === "number" ? scoringTimeoutMs : defaultTimeout;
}

function text(status: number, message: string): Forwarded {
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, bytes: Buffer.from(message) };
}
