import { mkdirSync } from "node:fs";
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { connect, type AddressInfo, type Socket } from "node:net";
import { join, resolve } from "node:path";
import { arm } from "./arm/arm.ts";
import { accessStorageBy, createAssets, storageAccess } from "./arm/assets.ts";
import { createComputes } from "./arm/computes.ts";
import { createJobs } from "./arm/jobs.ts";
import { putGrants, type GrantsDocument } from "./arm/permissions.ts";
import { createOtherWorkspaces, type WorkspaceDocument } from "./arm/other-workspaces.ts";
import { certificates, realHosts } from "./certificates.ts";
import { control } from "./control.ts";
import { entra } from "./entra.ts";
import { createFaults, type Fault, type Faults } from "./faults.ts";
import { github } from "./github.ts";
import { addComment, commentsOf, githubApi, type Comment, type PullRequest } from "./github-api.ts";
import { createJournal, type JournalEntry } from "./journal.ts";
import { createRunner } from "./jobs/runner.ts";
import { keyVault } from "./key-vault.ts";
import { mlflow } from "./mlflow.ts";
import { armError, type Endpoints, type Incoming, type Reply } from "./reply.ts";
import { runHistory } from "./run-history.ts";
import type { CarriedOut, ComputeDocument } from "./arm/computes.ts";
import type { JobDocument } from "./jobs/job.ts";
import { machineId, machineWithNetwork } from "./resources/machines.ts";
import type { ResourceDocument } from "./resources/resource.ts";
import { putResource, seed } from "./seed.ts";
import { seeded, type EmulatorOptions } from "./settings.ts";
import { createStorage, type BlobText, type Forwarded, type StorageAccess } from "./storage.ts";
import { openStore } from "./store.ts";
import { createTokens } from "./tokens.ts";

/** Which way a client comes in: by the emulator's own address, or by its proxy in front of the real names. */
export type WayIn = "cloud" | "proxy";

/** One request of a client, as its door sees it. */
export type DoorRequest = {
  /** From 1, in the order in which they arrived at this door. */
  readonly number: number;
  readonly method: string;
  readonly path: string;
  /** As it was sent, secrets and all. */
  readonly text: string;
  /** The lease that is asked for or shown. */
  readonly leaseId?: string;
};

/** Who watches a door: may hold a request up, and cut its connection off by answering `hang-up`. */
export type Watch = {
  /** Before anything is done. */
  readonly arrived?: (request: DoorRequest) => Promise<"go-on" | "hang-up">;
  /** After it was carried out, before it is answered. */
  readonly carriedOut?: (request: DoorRequest) => Promise<"go-on" | "hang-up">;
};

/** A way in for one client alone: what it meets there concerns nobody else. */
export type Door = AsyncDisposable & {
  readonly origin: string;
  /** What the client's environment needs. */
  readonly environment: Readonly<Record<string, string>>;
  readonly faults: Pick<Faults, "add" | "clear">;
  readonly close: () => Promise<void>;
};

/** An Azure ML control plane for one machine. */
export type Emulator = AsyncDisposable & {
  readonly origin: string;
  readonly proxyUrl: string;
  readonly caFile: string;
  readonly machineId: (name: string) => string;
  readonly addMachine: (name: string) => void;
  /** Puts a resource that targets can point at, in place of one of its id. */
  readonly putResource: (resource: ResourceDocument) => void;
  /** A compute name that another workspace of the region has. */
  readonly takeName: (name: string) => void;
  /** An access token for ARM, as another tool of the machine would hold one. */
  readonly accessToken: () => string;
  readonly putBlob: (datastorePath: string, text: string) => Promise<void>;
  readonly putSecret: (name: string, value: string) => void;
  /** A version of an asset that is there, as if somebody had registered it. */
  readonly putAsset: (kind: "data" | "models" | "environments", name: string, version: string) => void;
  /** A job that is there, as if somebody had submitted it; it is never run. */
  readonly putJob: (job: JobDocument) => void;
  /** What the identity is granted at a scope and below it, in place of everything. */
  readonly grant: (scope: string, grants: GrantsDocument["grants"]) => void;
  /** Everything is granted again. */
  readonly grantEverything: () => void;
  /** A pull request of the repository, as it is from now on. */
  readonly putPullRequest: (pull: PullRequest) => void;
  readonly putComment: (comment: Pick<Comment, "pullRequest" | "author" | "body">) => Comment;
  readonly comments: (pullRequest: number) => readonly Comment[];
  /** Another workspace of the subscription, with computes of its own. */
  readonly addWorkspace: (workspace: WorkspaceDocument) => void;
  /** A compute that is there, as if somebody had made it. */
  readonly putCompute: (compute: ComputeDocument) => void;
  readonly computes: () => readonly ComputeDocument[];
  /** Writes of computes that were carried out since the journal was cleared, whatever their clients were told. */
  readonly writes: () => readonly CarriedOut[];
  /** Brings operations that would never end to their end. */
  readonly endOperations: () => void;
  /** Blobs of the workspace's container below a prefix. */
  readonly blobs: (prefix: string) => Promise<readonly BlobText[]>;
  readonly removeBlobs: (prefix: string) => Promise<void>;
  readonly openDoor: (watch?: Watch) => Promise<Door>;
  /** Lets a minute pass for the storage: leases that nobody renews have run out; given an id, those of that holder. */
  readonly expireLeases: (leaseId?: string) => Promise<void>;
  /** What the datastores hold to get into the storage, from now on; at first the account's key. */
  readonly accessStorageBy: (access: StorageAccess) => void;
  /** Takes computes, jobs, assets, what became of attachments, other workspaces and pull requests away. */
  readonly empty: () => void;
  /** What a client's environment needs for a way in. */
  readonly environment: (way: WayIn) => Readonly<Record<string, string>>;
  readonly journal: () => readonly JournalEntry[];
  readonly journalFile: string;
  readonly clearJournal: () => void;
  /** What has gone over the connections of clients so far, TLS included; a proxy's tunnels count once. */
  readonly traffic: () => Traffic;
  readonly faults: Pick<Faults, "add" | "clear">;
  /** Attachments that broke others, and managed computes that were left behind: what a careful client never causes. */
  readonly hazards: () => readonly unknown[];
  readonly stop: () => Promise<void>;
};

/** Bytes, counted from the emulator's side. */
export type Traffic = { readonly connections: number; readonly received: number; readonly sent: number };

export async function startEmulator(given: EmulatorOptions): Promise<Emulator> {
  const stateFolder = resolve(given.stateFolder);
  mkdirSync(stateFolder, { recursive: true });
  const pageSize = given.pageSize ?? 50;
  const { caFile, key, cert } = await certificates(
    resolve(given.certificatesFolder ?? join(stateFolder, "certificates")),
  );
  const store = openStore(join(stateFolder, "state.sqlite"));
  seed(store);
  const tokens = createTokens(store);
  const journalFile = join(stateFolder, "journal.jsonl");
  const journal = createJournal(journalFile);
  const faults = createFaults();
  const storage = createStorage(join(stateFolder, "blobs"));
  const assets = createAssets(store, storage, pageSize);
  const computes = createComputes(store, {
    durations: given.durations ?? {},
    pageSize,
    isTaken: (name) => otherWorkspaces.hasInstance(name),
  });
  const otherWorkspaces = createOtherWorkspaces(store, { durations: given.durations ?? {}, pageSize });
  const accessTokenSeconds = given.accessTokenSeconds ?? 3600;
  let origin = "";
  const runner = createRunner({
    store,
    storage,
    assets,
    folder: join(stateFolder, "jobs"),
    maxParallel: given.maxParallelJobs ?? 2,
    caFile,
    origin: () => origin,
    issueToken: () => tokens.issueAccess({ aud: "run" }, 24 * 3600),
  });
  const jobs = createJobs(store, runner, pageSize);
  const entraSettings = { accessTokenSeconds, federatedSubjects: given.federatedSubjects ?? [seeded.subject] };

  const route = async (request: Incoming, active: readonly Fault[]): Promise<Reply> => {
    const open =
      github(request, tokens) ??
      githubApi(request, store) ??
      entra(request, tokens, entraSettings) ??
      keyVault(request, store);
    if (open !== undefined) return open;
    if (request.path.startsWith("/metadata/endpoints"))
      return (await arm(request, armParts, active)) ?? armError(404, "NotFound", "Not found.");
    // The discovery document is public: official clients ask for it without a token.
    const unauthorized = request.path === "/discovery" ? undefined : checkToken(request);
    if (unauthorized !== undefined) return unauthorized;
    const answer =
      (await arm(request, armParts, active)) ?? (await runHistory(request, store, storage)) ?? mlflow(request, store);
    return answer ?? armError(404, "NotFound", `Nothing is played at ${request.method} ${request.path}.`);
  };
  const armParts = { store, computes, jobs, assets, otherWorkspaces, pageSize };
  const checkToken = ({ headers }: Incoming): Reply | undefined => {
    const [, token] = /^Bearer (.+)$/i.exec(headers["authorization"] ?? "") ?? [];
    if (token === undefined)
      return refuse("AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.");
    const claims = tokens.checkAccess(token);
    if (claims === "expired")
      return refuse("ExpiredAuthenticationToken", "The access token expiry UTC time is earlier than current UTC time.");
    return claims === "malformed" ? refuse("InvalidAuthenticationToken", "The access token is invalid.") : undefined;
  };

  /** Azurite knows keys and signatures; everything else of who may come in is settled here. */
  const refusedAccess = ({ headers }: Incoming): Reply | undefined => {
    const [, scheme = "", token = ""] = /^(\S+) (.*)$/.exec(headers["authorization"] ?? "") ?? [];
    const refused = (status: number, code: string, message: string): Reply => ({
      ...armError(status, code, message),
      headers: { "x-ms-error-code": code },
    });
    if (/^sharedkey/i.test(scheme) && storageAccess(store) === "None")
      return refused(
        403,
        "KeyBasedAuthenticationNotPermitted",
        "Key based authentication is not permitted on this storage account.",
      );
    if (!/^bearer$/i.test(scheme)) return undefined;
    const claims = tokens.checkAccess(token);
    return typeof claims === "string" || !/^https:\/\/storage\.azure\.com\/?$/.test(String(claims["aud"]))
      ? refused(401, "InvalidAuthenticationInfo", "Server failed to authenticate the request.")
      : undefined;
  };

  type Way = { readonly faults: Faults; readonly watch: Watch; count: number };
  const serverFor = (way: Way) =>
    createHttpsServer({ key, cert }, (incoming, response) => void serve(incoming, response, way));
  const server = serverFor({ faults: createFaults(), watch: {}, count: 0 });
  const connections = countConnections(server);
  const serve = async (incoming: IncomingMessage, response: ServerResponse, way: Way): Promise<void> => {
    const arrivedMs = performance.timeOrigin + performance.now();
    const host = incoming.headers.host ?? "";
    // Put together by hand: the first SDK's paths begin with two slashes, which read as a host when resolved.
    const url = new URL(`https://${host}${incoming.url ?? "/"}`);
    const own = /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host);
    const bytes = await readAll(incoming);
    const active = url.pathname.startsWith("/_control")
      ? []
      : [faults, way.faults].flatMap((one) => one.match(incoming.method ?? "GET", url.pathname));
    const fault = active.map(({ kind }) => kind).join(", ");
    way.count += 1;
    const leaseId = incoming.headers["x-ms-proposed-lease-id"] ?? incoming.headers["x-ms-lease-id"];
    const asked: DoorRequest = {
      number: way.count,
      method: incoming.method ?? "GET",
      path: url.pathname,
      text: bytes.toString("utf8"),
      ...(typeof leaseId === "string" ? { leaseId } : {}),
    };
    const note = (status: number | "reset", body?: unknown) => {
      if (url.pathname.startsWith("/_control")) return;
      journal.add({
        arrivedMs,
        method: incoming.method ?? "",
        host,
        path: url.pathname,
        query: url.searchParams,
        status,
        ...(body === undefined ? {} : { body }),
        ...(fault === "" ? {} : { fault }),
      });
    };
    const cut = (body?: unknown) => {
      note("reset", body);
      incoming.socket.destroy();
    };
    try {
      if ((await way.watch.arrived?.(asked)) === "hang-up") {
        cut();
        return;
      }
      for (const one of active)
        if (one.kind === "delay") await new Promise((after) => setTimeout(after, one.seconds * 1000));
      if (active.some(({ kind }) => kind === "reset")) {
        cut();
        return;
      }
      const silent = active.find((one) => one.kind === "no-reply");
      if (silent?.carriedOut === false) {
        note("reset");
        return;
      }
      // By the name that the client came by, so that it stays on its way.
      const request = toIncoming(incoming, url, host, bytes, own ? ownEndpoints(`https://${host}`) : realEndpoints());
      const blob = isBlob(host, url.pathname);
      const stated = active.find((one) => one.kind === "status");
      const done: Answer =
        stated !== undefined
          ? asStated(stated)
          : own && url.pathname.startsWith("/_control")
            ? await control(request, { store, journal, faults, storage })
            : blob
              ? (refusedAccess(request) ?? (await storage.forward(incoming, bytes)))
              : await route(request, active);
      const after = active.find((one) => one.kind === "status-after");
      const reply = after === undefined ? done : asStated(after);
      const body = blob ? undefined : request.body;
      const hangUp = (await way.watch.carriedOut?.(asked)) === "hang-up";
      if (hangUp || active.some(({ kind }) => kind === "lost-reply")) {
        cut(body);
        return;
      }
      note(silent === undefined ? reply.status : "reset", body);
      if (silent !== undefined) return;
      answer(response, reply, active);
    } catch (error) {
      note(500);
      answer(
        response,
        armError(500, "InternalServerError", error instanceof Error ? (error.stack ?? error.message) : String(error)),
        [],
      );
    }
  };

  // A tunnel is no connection of the proxy any more; what is still open at the end is closed by hand.
  const tunnels = new Set<Socket>();
  const proxy = createHttpServer((_, response) =>
    response.writeHead(403).end("Only the hosts of Azure are to be had here.\n"),
  );
  proxy.on("connect", (request: IncomingMessage, client: Socket) => {
    tunnels.add(client);
    client.on("error", () => client.destroy());
    client.on("close", () => tunnels.delete(client));
    const [name = ""] = (request.url ?? "").split(":");
    if (!realHosts.some((pattern) => matchesHost(pattern, name))) {
      const arrivedMs = performance.timeOrigin + performance.now();
      journal.add({ arrivedMs, method: "CONNECT", host: name, path: "", query: new URLSearchParams(), status: 403 });
      client.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      return;
    }
    const upstream = connect((server.address() as AddressInfo).port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      upstream.pipe(client);
      client.pipe(upstream);
    });
    upstream.on("error", () => client.destroy());
    client.on("close", () => upstream.destroy());
  });

  await listen(server, given.port ?? 0);
  await listen(proxy, 0);
  origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;

  const doors = new Set<Door>();
  const openDoor = async (watch: Watch = {}): Promise<Door> => {
    const way: Way = { faults: createFaults(), watch, count: 0 };
    const entry = serverFor(way);
    await listen(entry, 0);
    const doorOrigin = `https://127.0.0.1:${(entry.address() as AddressInfo).port}`;
    const close = async () => {
      doors.delete(door);
      const closed = new Promise((done) => entry.close(done));
      entry.closeAllConnections();
      await closed;
    };
    const door: Door = {
      origin: doorOrigin,
      environment: environmentAt(doorOrigin, "cloud"),
      faults: way.faults,
      close,
      [Symbol.asyncDispose]: close,
    };
    doors.add(door);
    return door;
  };
  const environmentAt = (at: string, way: WayIn): Readonly<Record<string, string>> => ({
    NODE_EXTRA_CA_CERTS: caFile,
    REQUESTS_CA_BUNDLE: caFile,
    AZURE_TENANT_ID: seeded.tenantId,
    AZURE_CLIENT_ID: seeded.clientId,
    AZURE_CLIENT_SECRET: seeded.clientSecret,
    AZURE_SUBSCRIPTION_ID: seeded.subscriptionId,
    AZURE_RESOURCE_GROUP: seeded.resourceGroup,
    AZURE_ML_WORKSPACE: seeded.workspace,
    ...(way === "cloud"
      ? {
          ARM_CLOUD_METADATA_URL: `${at}/metadata/endpoints`,
          GITHUB_API_URL: `${at}/_github/api/v3`,
          ACTIONS_ID_TOKEN_REQUEST_URL: `${at}/_github/id-token?api-version=2.0`,
        }
      : {
          HTTPS_PROXY: proxyUrl,
          GITHUB_API_URL: "https://api.github.com",
          ACTIONS_ID_TOKEN_REQUEST_URL:
            "https://pipelines.actions.githubusercontent.com/_github/id-token?api-version=2.0",
        }),
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: seeded.idTokenRequestToken,
  });

  const stop = async () => {
    await runner.stop();
    await Promise.all([...doors].map((door) => door.close()));
    const closed = [server, proxy].map((one) => new Promise((done) => one.close(done)));
    for (const tunnel of tunnels) tunnel.destroy();
    server.closeAllConnections();
    proxy.closeAllConnections();
    await Promise.all(closed);
    await storage.stop();
    store.close();
  };

  return {
    origin,
    proxyUrl,
    caFile,
    machineId,
    addMachine: (name) => {
      for (const resource of machineWithNetwork(name)) putResource(store, resource);
    },
    putResource: (resource) => putResource(store, resource),
    takeName: (name) => store.put("takenNames", name.toLowerCase(), true),
    accessToken: () =>
      tokens.issueAccess({ aud: origin, oid: seeded.clientId, tid: seeded.tenantId }, accessTokenSeconds),
    putBlob: async (datastorePath, text) => {
      const container = (await storage.service()).getContainerClient("azureml-blobstore");
      await container.getBlockBlobClient(datastorePath).upload(text, Buffer.byteLength(text));
    },
    putSecret: (name, value) => store.put("secrets", name.toLowerCase(), value),
    putAsset: assets.put,
    putJob: (job) => store.put("jobs", job.name, job),
    putCompute: (compute) => store.put("computes", compute.name.toLowerCase(), compute),
    computes: () => {
      computes.settle();
      return computes.all();
    },
    writes: () => store.list<CarriedOut>("writes").map(({ value }) => value),
    endOperations: computes.endOperations,
    blobs: storage.texts,
    removeBlobs: storage.remove,
    openDoor,
    expireLeases: storage.expireLeases,
    accessStorageBy: (access) => accessStorageBy(store, access),
    grant: (scope, grants) => putGrants(store, { scope, grants }),
    grantEverything: () => {
      for (const { key } of store.list("grants")) store.remove("grants", key);
    },
    addWorkspace: otherWorkspaces.add,
    putPullRequest: (pull) => store.put("github-pulls", String(pull.number), pull),
    putComment: (comment) => addComment(store, comment),
    comments: (pullRequest) => commentsOf(store, pullRequest),
    empty: () => {
      for (const collection of [
        "computes",
        "jobs",
        "assets",
        "operations",
        "tracked",
        "hazards",
        "writes",
        "takenNames",
        "github-pulls",
        "github-comments",
      ])
        for (const { key } of store.list(collection)) store.remove(collection, key);
      otherWorkspaces.empty();
      computes.forget();
    },
    environment: (way) => environmentAt(origin, way),
    journal: journal.entries,
    journalFile,
    clearJournal: () => {
      journal.clear();
      for (const { key } of store.list("writes")) store.remove("writes", key);
    },
    traffic: connections,
    faults,
    hazards: () => store.list("hazards").map(({ value }) => value),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Counts below TLS, because that is what goes over the network. */
function countConnections(server: {
  on: (event: "connection", opened: (socket: Socket) => void) => void;
}): () => Traffic {
  const open = new Set<Socket>();
  let ended: Traffic = { connections: 0, received: 0, sent: 0 };
  const plus = (sum: Traffic, { bytesRead, bytesWritten }: Socket): Traffic => ({
    connections: sum.connections + 1,
    received: sum.received + bytesRead,
    sent: sum.sent + bytesWritten,
  });
  server.on("connection", (socket) => {
    open.add(socket);
    socket.once("close", () => {
      open.delete(socket);
      ended = plus(ended, socket);
    });
  });
  return () => [...open].reduce(plus, ended);
}

function refuse(code: string, message: string): Reply {
  const reply = armError(401, code, message);
  return { ...reply, headers: { "WWW-Authenticate": `Bearer error="invalid_token", error_description="${message}"` } };
}

function ownEndpoints(origin: string): Endpoints {
  return {
    arm: origin,
    login: origin,
    api: origin,
    blob: (account) => `${origin}/${account}`,
    storageSuffix: new URL(origin).host,
    studio: origin,
    vault: origin,
    idTokenIssuer: `${origin}/_github`,
  };
}

function realEndpoints(): Endpoints {
  return {
    arm: "https://management.azure.com",
    login: "https://login.microsoftonline.com",
    api: `https://${seeded.location}.api.azureml.ms`,
    blob: (account) => `https://${account}.blob.core.windows.net`,
    storageSuffix: "core.windows.net",
    studio: "https://ml.azure.com",
    vault: `https://${seeded.vault}.vault.azure.net`,
    idTokenIssuer: "https://token.actions.githubusercontent.com",
  };
}

function isBlob(host: string, path: string): boolean {
  return host.includes(".blob.core.windows.net") || path.startsWith(`/${seeded.storageAccount}/`);
}

function matchesHost(pattern: string, name: string): boolean {
  return pattern.startsWith("*.") ? name.endsWith(pattern.slice(1)) : name === pattern;
}

function toIncoming(incoming: IncomingMessage, url: URL, host: string, bytes: Buffer, endpoints: Endpoints): Incoming {
  const text = bytes.toString("utf8");
  let body: unknown;
  try {
    body = text === "" ? undefined : (JSON.parse(text) as unknown);
  } catch {
    // A form, or no body that anybody understands.
  }
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
  );
  // Clients sometimes leave two slashes where an id that begins with one was put behind another.
  return {
    method: incoming.method ?? "GET",
    host,
    path: decodeURI(url.pathname.replaceAll(/\/{2,}/g, "/")),
    query: url.searchParams,
    headers,
    text,
    body,
    endpoints,
  };
}

/** What is answered: of the emulator's own making, or Azurite's as it is. */
type Answer = Reply | Forwarded;

function asStated({ status, headers = {}, body }: Extract<Fault, { readonly status: number }>): Reply {
  return {
    status,
    headers,
    body: body ?? { error: { code: `Fault${status}`, message: "A fault that was asked for." } },
  };
}

function answer(response: ServerResponse, reply: Answer, faults: readonly Fault[]): void {
  const cutShort = faults.some(({ kind }) => kind === "truncated");
  if ("bytes" in reply) {
    response.writeHead(reply.status, reply.headers);
    if (!cutShort) response.end(reply.bytes);
    // The length was promised already, so the connection has to end before it is reached.
    else response.write(reply.bytes.subarray(0, reply.bytes.length / 2), () => response.destroy());
    return;
  }
  const whole = reply.body === undefined ? "" : JSON.stringify(reply.body);
  const text = faults.some(({ kind }) => kind === "malformed")
    ? "<html>busy</html>"
    : cutShort
      ? whole.slice(0, Math.floor(whole.length / 2))
      : whole;
  response.writeHead(reply.status, {
    ...(text === "" ? {} : { "Content-Type": "application/json; charset=utf-8" }),
    "x-ms-request-id": crypto.randomUUID(),
    "x-ms-correlation-request-id": crypto.randomUUID(),
    ...reply.headers,
  });
  response.end(reply.status === 204 ? undefined : text);
}

async function readAll(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function listen(
  server: { listen: (port: number, host: string, ready: () => void) => unknown },
  port: number,
): Promise<void> {
  return new Promise((ready) => void server.listen(port, "127.0.0.1", ready));
}
