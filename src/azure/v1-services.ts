import { retryAfterSeconds } from "../retry-after.ts";
import type { Arm } from "./arm.ts";
import type { DataPlane } from "./data-plane.ts";
import { defined } from "./defined.ts";
import { membersOf, textOf } from "./members.ts";
import { failed, succeeded, type AzureFailure, type Outcome } from "./outcome.ts";
import type { Answer } from "./pipeline.ts";
import { serviceErrorOf } from "./service-error.ts";
import { liveV1Service, type LiveV1Service } from "./v1-live-service.ts";
import {
  followV1Operation,
  type FollowOptions,
  type V1Operation,
  type V1OperationDeps,
  type V1OperationEnd,
} from "./v1-operations.ts";
import type { Workspace } from "./workspace.ts";

/** One change of a JSON Patch (RFC 6902), as the service takes them. */
export type V1Patch = {
  readonly op: "add" | "replace" | "remove";
  /** JSON Pointer. */
  readonly path: string;
  readonly value?: unknown;
};

/** A write that the service has taken on. */
export type V1Accepted = {
  /** By which it is followed; absent where it was carried out at once, or the answer names none: the service's state tells. */
  readonly operation?: V1Operation;
};

/** An access token of one service, for its callers. */
export type V1Token = {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expiresOn?: number;
};

/**
 * Web services of the first SDK on ACI and AKS (model management service of the data plane).
 *
 * A write is sent exactly once, and none has a key by which the service would know a second one: after a lost reply
 * (`unknown`) the caller reads the service.
 */
export type V1Services = {
  /** `undefined` where there is none of that name. @param signal used instead of the command's own. */
  readonly get: (name: string, signal?: AbortSignal) => Promise<Outcome<LiveV1Service | undefined>>;
  readonly list: () => Promise<Outcome<readonly LiveV1Service[]>>;
  /**
   * Asks beforehand whether a request would be taken. Changes nothing; where it cannot be asked it is taken, as the official
   * client has it: the write itself tells.
   */
  readonly validate: (request: V1Request) => Promise<Outcome<void>>;
  readonly create: (body: unknown) => Promise<Outcome<V1Accepted>>;
  readonly update: (name: string, patch: readonly V1Patch[]) => Promise<Outcome<V1Accepted>>;
  /** @returns `undefined` where there was none. */
  readonly remove: (name: string) => Promise<Outcome<V1Accepted | undefined>>;
  /** Sets one of the keys; without a value the service makes one up. */
  readonly setKey: (name: string, which: "Primary" | "Secondary", value?: string) => Promise<Outcome<V1Accepted>>;
  readonly follow: (operation: V1Operation, options: FollowOptions) => Promise<Outcome<V1OperationEnd>>;
  /** Masked before they are returned. */
  readonly keys: (name: string) => Promise<Outcome<{ readonly primary: string; readonly secondary: string }>>;
  /** Masked before it is returned. */
  readonly token: (name: string) => Promise<Outcome<V1Token>>;
  /** The end of what the container has written. @param signal used instead of the command's own. */
  readonly logs: (name: string, lines: number, signal?: AbortSignal) => Promise<Outcome<string>>;
};

/** What is asked beforehand. */
export type V1Request =
  | {
      readonly type: "Create";
      readonly name: string;
      readonly body: unknown;
      /** Where one of that name may be there: then neither the name nor the resources are asked about. */
      readonly overwrite: boolean;
    }
  | { readonly type: "Update"; readonly name: string; readonly patch: readonly V1Patch[] }
  | { readonly type: "Delete"; readonly name: string };

type Deps = V1OperationDeps & { readonly dataPlane: DataPlane };

export function createV1Services(arm: Arm, workspace: Pick<Workspace, "id">, deps: Deps): V1Services {
  const { dataPlane, clock, mask } = deps;
  const at = async (path: string): Promise<Outcome<string>> => {
    const host = await dataPlane("modelmanagement");
    return host.ok ? succeeded(`${host.value}/modelmanagement/v1.0${workspace.id}${path}`) : host;
  };
  const serviceAt = (name: string, rest = "") => at(`/services/${encodeURIComponent(name)}${rest}`);
  const read = async (url: Outcome<string>, signal?: AbortSignal) => (url.ok ? arm.getData(url.value, signal) : url);
  const write = async (
    method: "POST" | "PATCH" | "DELETE",
    url: Outcome<string>,
    body?: unknown,
    contentType?: string,
  ): Promise<Outcome<Answer>> => (url.ok ? arm.sendData(method, url.value, body, defined({ contentType })) : url);
  /** A question that needs POST: asking twice changes nothing. */
  const ask = async (url: Outcome<string>, body?: unknown): Promise<Outcome<Answer>> =>
    url.ok ? arm.sendData("POST", url.value, body, { repeatable: "read" }) : url;
  const accepted = ({ headers, body }: Answer): V1Accepted => {
    // The last part is the id, as the official client has it: the rest of the address is not needed, and not believed.
    const named = headers["operation-location"]?.split(/[?#]/)[0]?.split("/").at(-1);
    const id = named ?? textOf(membersOf(body)["operationId"]);
    if (id === undefined || !/^[\w-]+$/.test(id)) return {};
    return { operation: { id, ...defined({ retryAfterSeconds: retryAfterSeconds(headers, clock) }) } };
  };
  const acceptedOf = (sent: Outcome<Answer>): Outcome<V1Accepted> => (sent.ok ? succeeded(accepted(sent.value)) : sent);
  return {
    get: async (name, signal) => {
      const answer = await read(await serviceAt(name, "?expand=true"), signal);
      if (!answer.ok) return answer.failure.reason === "not-found" ? succeeded(undefined) : answer;
      const service = liveV1Service(answer.value.body);
      return service === undefined ? broken(answer.value, `the service ${name}`) : succeeded(service);
    },
    list: async () => {
      const url = await at("/services?expand=true");
      if (!url.ok) return url;
      const items = await arm.listData(url.value);
      return items.ok ? succeeded(items.value.flatMap((item) => liveV1Service(item) ?? [])) : items;
    },
    validate: async (request) => {
      for (const { path, body } of questionsOf(request)) {
        const answer = await ask(await at(path), body);
        if (!answer.ok && answer.failure.reason === "cancelled") return answer;
        const refusal = answer.ok ? refusalIn(answer.value) : undefined;
        if (refusal !== undefined) return failed(refusal);
      }
      return succeeded(undefined);
    },
    create: async (body) => acceptedOf(await write("POST", await at("/services"), body)),
    update: async (name, patch) =>
      acceptedOf(await write("PATCH", await serviceAt(name), patch, "application/json-patch+json")),
    remove: async (name) => {
      const sent = await write("DELETE", await serviceAt(name));
      if (sent.ok) return succeeded(sent.value.status === 204 ? undefined : accepted(sent.value));
      return sent.failure.reason === "not-found" ? succeeded(undefined) : sent;
    },
    setKey: async (name, which, value) =>
      acceptedOf(
        await write("POST", await serviceAt(name, "/regenerateKeys"), { keyType: which, keyValue: value ?? null }),
      ),
    follow: (operation, options) => followV1Operation(arm, operation, (id) => at(`/operations/${id}`), options, deps),
    keys: async (name) => {
      const answer = await ask(await serviceAt(name, "/listkeys"));
      if (!answer.ok) return answer;
      const { primaryKey, secondaryKey } = membersOf(answer.value.body);
      const [primary, secondary] = [textOf(primaryKey), textOf(secondaryKey)];
      for (const key of [primary, secondary]) if (key !== undefined) mask(key);
      return primary === undefined
        ? broken(answer.value, `the keys of ${name}`)
        : succeeded({ primary, secondary: secondary ?? primary });
    },
    token: async (name) => {
      const answer = await ask(await serviceAt(name, "/token"));
      if (!answer.ok) return answer;
      const { accessToken, expiryOn } = membersOf(answer.value.body);
      const token = textOf(accessToken);
      if (token === undefined) return broken(answer.value, `a token of ${name}`);
      mask(token);
      return succeeded({ token, ...(typeof expiryOn === "number" ? { expiresOn: expiryOn * 1000 } : {}) });
    },
    logs: async (name, lines, signal) => {
      // Python's word, as the official client sends it.
      const answer = await read(await serviceAt(name, `/logs?tail=${lines}&init=False`), signal);
      if (!answer.ok) return answer;
      const { content } = membersOf(answer.value.body);
      return typeof content === "string" ? succeeded(content) : broken(answer.value, `the log of ${name}`);
    },
  };
}

/** In the official client's order. */
function questionsOf(request: V1Request): readonly { readonly path: string; readonly body: unknown }[] {
  const general = {
    path: "/services/validate",
    body: {
      type: request.type,
      serviceName: request.name,
      createRequest: request.type === "Create" ? request.body : null,
      updateRequest: request.type === "Update" ? request.patch : null,
    },
  };
  if (request.type !== "Create" || request.overwrite) return [general];
  return [
    { path: `/services/validate/name/${encodeURIComponent(request.name)}`, body: {} },
    general,
    { path: "/services/validate/resource", body: request.body },
  ];
}

/** An answer of 200 may say that the request would be refused, and why. */
function refusalIn({ body }: Answer): AzureFailure | undefined {
  const { error } = membersOf(body);
  const message = textOf(membersOf(error)["message"]);
  if (message === undefined) return undefined;
  return { reason: "refused", status: 200, error: serviceErrorOf(error, { code: "ValidationFailed", message }) };
}

function broken({ status }: Answer, what: string): Outcome<never> {
  const message = `The service answered with something that is not ${what}.`;
  return failed({ reason: "unreachable", status, error: { code: "BrokenReply", message, details: [] } });
}
