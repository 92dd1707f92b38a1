import { servicesAt, servicesIn } from "../arm/services.ts";
import { artifactContainer } from "../arm/jobs/document.ts";
import type { Fault } from "../faults.ts";
import { ok, page, type Incoming, type Reply } from "../server/reply.ts";
import { seeded, workspacePath } from "../settings.ts";
import type { Scorer } from "../serving/scorer.ts";
import type { Tokens } from "../tokens.ts";
import { hasMembers, shownModel } from "./v1-models.ts";
import type { ContainerSource } from "./v1-services-container.ts";
import { audienceOf, serviceCollections, shownService, type KeptService } from "./v1-services-document.ts";
import { mmsError, noService } from "./v1-services-error.ts";
import { createV1Operations } from "./v1-services-operations.ts";
import { createProvisioning } from "./v1-services-provisioning.ts";
import { createRunningServices } from "./v1-services-running.ts";
import { createScoring } from "./v1-services-scoring.ts";
import { validateService } from "./v1-services-validation.ts";
import { createServiceWrites, secretsOf } from "./v1-services-writes.ts";

type Settings = Omit<ContainerSource, "scorerOf"> & {
  readonly tokens: Tokens;
  /** Where containers are put together. */
  readonly folder: string;
  /** Seconds that an operation takes at least. */
  readonly seconds: number;
  readonly pageSize: number;
};

const tokenSeconds = 12 * 3600;

/** Web services of the first SDK: the model management service of the data plane, and what answers. */
export function createWebServices(settings: Settings) {
  const { store, storage, assets, tokens, folder, pageSize } = settings;
  const scorers = new Map<string, Scorer>();
  const operations = createV1Operations(store);
  const running = createRunningServices({ ...settings, scorerOf: (name) => scorers.get(name) }, folder);
  const provisioning = createProvisioning({ store, storage, operations, running });
  const shown = (service: KeptService, { endpoints }: Incoming) => {
    const { modelIds } = (service["environmentImageRequest"] ?? {}) as { readonly modelIds?: readonly string[] };
    const models = (modelIds ?? []).flatMap((id) => shownModel(id, store, assets) ?? []);
    return shownService(service, models, endpoints, store);
  };
  const writes = createServiceWrites({ ...settings, operations, provisioning, shown });

  const token = (service: KeptService): Reply => {
    if (service["aadAuthEnabled"] !== true)
      return mmsError(400, {
        code: "TokenAuthNotEnabled",
        message: `Token authentication is not enabled for the service ${service.name}.`,
      });
    const now = Math.floor(Date.now() / 1000);
    return ok({
      accessToken: tokens.issueAccess({ aud: audienceOf(service.name) }, tokenSeconds),
      tokenType: "Bearer",
      refreshAfter: now + tokenSeconds / 2,
      expiryOn: now + tokenSeconds,
    });
  };

  /** What is asked of one service. */
  const ofService = async (
    request: Incoming,
    [name, action]: readonly [string, string | undefined],
    faults: readonly Fault[],
  ): Promise<Reply | undefined> => {
    const { method, query } = request;
    if (action === undefined && method === "PATCH") return writes.update(request, name, faults);
    if (action === undefined && method === "DELETE") return writes.remove(request, name, faults);
    const service = store.get<KeptService>(serviceCollections.services, name);
    if (service === undefined) return noService(name);
    switch (`${method} ${action?.toLowerCase() ?? ""}`) {
      case "GET ":
        return ok(shown(service, request));
      case "GET logs": {
        const lines = running.logOf(name).slice(-(Number(query.get("tail")) || 5000));
        return ok({
          content: /^true$/i.test(query.get("init") ?? "") ? "" : lines.map((line) => `${line}\n`).join(""),
        });
      }
      case "POST listkeys": {
        const { primaryKey, secondaryKey } = secretsOf(name, store);
        return ok({ primaryKey, secondaryKey });
      }
      case "POST regeneratekeys":
        return writes.regenerate(request, name);
      case "POST token":
        return token(service);
      default:
        return undefined;
    }
  };

  const list = (request: Incoming): Reply => {
    const { query } = request;
    const computeType = query.get("computeType")?.toUpperCase();
    const found = (servicesIn(store) as readonly KeptService[]).filter(
      (service) =>
        (computeType === undefined || service.computeType === computeType) &&
        hasMembers(service["kvTags"], query.get("tags")) &&
        hasMembers(service["properties"], query.get("properties")) &&
        servesModel(service, query),
    );
    const all = found.map((service) => shown(service, request));
    return page(all, request, pageSize, request.endpoints.api);
  };

  return {
    /** `/modelmanagement/v1.0{workspace}/services…` and `…/operations/{id}` */
    handle: async (request: Incoming, faults: readonly Fault[]): Promise<Reply | undefined> => {
      const { method, path, endpoints } = request;
      const [, collection, rest = ""] =
        new RegExp(`^/modelmanagement/v1\\.0${workspacePath}/(services|operations)(?:/(.*))?$`, "i").exec(path) ?? [];
      if (collection === undefined) return undefined;
      if (servicesAt(store) === "nowhere") return mmsError(404);
      if (collection.toLowerCase() === "operations") {
        const address = `${endpoints.blob(seeded.storageAccount)}/${artifactContainer}`;
        const logUri = (blob: string) => `${address}/${blob}?${storage.sign(artifactContainer, blob, "r", 1)}`;
        return method === "GET" ? operations.show(rest, request, logUri) : undefined;
      }
      if (rest === "" && method === "POST") return writes.create(request, faults);
      if (rest === "") return method === "GET" ? list(request) : undefined;
      const [isValidation, what = ""] = /^validate(?:\/(.+))?$/.exec(rest) ?? [];
      if (method === "POST" && isValidation !== undefined) return validateService(request, what, settings);
      const [name = "", action] = rest.split("/");
      return ofService(request, [decodeURIComponent(name), action], faults);
    },
    score: createScoring({ store, tokens, containerOf: running.containerOf }),
    /** Who answers for a service where no process does. */
    setScorer: (name: string, scorer: Scorer | undefined) => {
      if (scorer === undefined) scorers.delete(name);
      else scorers.set(name, scorer);
    },
    /** Ends operations as they would end, even those that would never end. */
    endOperations: provisioning.release,
    /** Ends what answers, and lets go of what is going on. */
    empty: async () => {
      scorers.clear();
      await Promise.all([provisioning.abandon(), running.stopAll()]);
    },
  };
}

export type WebServices = ReturnType<typeof createWebServices>;

function servesModel(service: KeptService, query: URLSearchParams): boolean {
  const { modelIds = [] } = (service["environmentImageRequest"] ?? {}) as { readonly modelIds?: readonly string[] };
  const [id, name] = [query.get("modelId"), query.get("modelName")];
  return (
    (id === null || modelIds.includes(id)) && (name === null || modelIds.some((one) => one.startsWith(`${name}:`)))
  );
}
