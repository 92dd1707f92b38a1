import { v1Collections, type V1Module, type V1Run } from "./data-plane/v1-graph.ts";
import { modelCollections } from "./data-plane/v1-models.ts";
import { serviceCollections } from "./data-plane/v1-services-document.ts";
import type { CarriedOut, ComputeDocument } from "./arm/computes/document.ts";
import { violations } from "./arm/computes/attachments.ts";
import type { EndpointDocument } from "./arm/endpoints/document.ts";
import type { TrafficChange } from "./arm/endpoints/endpoints.ts";
import { accessStorageBy } from "./arm/datastores.ts";
import type { JobDocument } from "./arm/jobs/document.ts";
import type { JobTreatment } from "./arm/jobs/runner.ts";
import { keepServicesAt, servicesIn, type ServicesAt, type WebService } from "./arm/services.ts";
import type { WorkspaceDocument } from "./arm/other-workspaces.ts";
import { putGrants, type GrantsDocument } from "./arm/permissions.ts";
import type { Scored } from "./data-plane/inference.ts";
import type { Faults } from "./faults.ts";
import { addComment, commentsOf, type Comment, type PullRequest } from "./github/api.ts";
import { issueRequestToken } from "./github/id-token.ts";
import type { Journal, JournalEntry } from "./journal.ts";
import { machineWithNetwork } from "./resources/machines.ts";
import type { ResourceDocument } from "./resources/resource.ts";
import { putResource } from "./seed.ts";
import type { Services } from "./services.ts";
import { setImageAvailable } from "./serving/images.ts";
import type { Scorer } from "./serving/scorer.ts";
import type { BlobText, StorageAccess } from "./storage.ts";

/** What a test or a person asks of the emulator itself. */
export type Control = {
  readonly addMachine: (name: string) => void;
  /** Puts a resource that targets can point at, in place of one of its id. */
  readonly putResource: (resource: ResourceDocument) => void;
  /** A compute name that another workspace of the region has. */
  readonly takeName: (name: string) => void;
  readonly putBlob: (datastorePath: string, text: string) => Promise<void>;
  readonly putSecret: (name: string, value: string) => void;
  /** A version of an asset, as if somebody had registered it. */
  readonly putAsset: (
    kind: "data" | "models" | "environments",
    name: string,
    version: string,
    properties?: Readonly<Record<string, unknown>>,
  ) => void;
  /** A job, as if somebody had submitted it; it is never run. */
  readonly putJob: (job: JobDocument) => void;
  /** Every job, those below others included. */
  readonly jobs: () => readonly JobDocument[];
  /** Every version of an asset, by its id. */
  readonly assets: () => readonly { readonly id: string; readonly properties: Readonly<Record<string, unknown>> }[];
  /** What becomes of jobs on their computes, from now on. */
  readonly treatJobs: (treatment: JobTreatment) => void;
  /** Ends everything that runs or waits, and resolves when it has ended. */
  readonly stopJobs: () => Promise<void>;
  /** A web service of the first SDK, as if somebody had deployed it. */
  readonly putService: (service: WebService) => void;
  readonly webServices: () => readonly WebService[];
  readonly keepServicesAt: (where: ServicesAt) => void;
  /** What the identity is granted at a scope and below it, in place of everything. */
  readonly grant: (scope: string, grants: GrantsDocument["grants"]) => void;
  /** Everything is granted again. */
  readonly grantEverything: () => void;
  /** A token to ask for ID tokens with, good for so many seconds. */
  readonly idTokenRequestToken: (seconds: number) => string;
  /** A pull request of the repository, as it is from now on. */
  readonly putPullRequest: (pull: PullRequest) => void;
  readonly putComment: (comment: Pick<Comment, "pullRequest" | "author" | "body">) => Comment;
  readonly comments: (pullRequest: number) => readonly Comment[];
  /** Another workspace of the subscription, with computes of its own. */
  readonly addWorkspace: (workspace: WorkspaceDocument) => void;
  /** A version of a model in such a workspace. */
  readonly putModelElsewhere: Services["otherWorkspaces"]["putModel"];
  /** A compute, as if somebody had made it. */
  readonly putCompute: (compute: ComputeDocument) => void;
  readonly computes: () => readonly ComputeDocument[];
  /** Writes of computes that were carried out since the journal was cleared, whatever their clients were told. */
  readonly writes: () => readonly CarriedOut[];
  /** What the pipeline service of the first SDK has: names of modules, and ids of the runs that were made, and submitted. */
  readonly v1Pipelines: () => {
    readonly modules: readonly string[];
    readonly made: readonly string[];
    readonly submitted: readonly string[];
  };
  /** Who answers for an online deployment where no process does; `undefined`: what its model says. */
  readonly putScorer: (endpoint: string, deployment: string, scorer: Scorer | undefined) => void;
  /** The same for a web service of the first SDK. */
  readonly putServiceScorer: (service: string, scorer: Scorer | undefined) => void;
  /** Whether an image can be pulled, from now on; all can be at first. */
  readonly setImageAvailable: (image: string, isAvailable: boolean) => void;
  /** A model, or another asset, of a registry, by its id `azureml://registries/…`. */
  readonly putRegistryAsset: (id: string, properties: Readonly<Record<string, unknown>>) => void;
  /** A name of an endpoint that another workspace of the region has. */
  readonly takeEndpointName: (name: string) => void;
  /** Endpoints and deployments, online and batch, as they are kept. */
  readonly endpoints: () => readonly EndpointDocument[];
  /** Every map of traffic that an online endpoint was given, in order. */
  readonly endpointTraffic: () => readonly TrafficChange[];
  /** Requests that came to online deployments since the journal was cleared, copies included. */
  readonly scored: () => readonly Scored[];
  /** Ends all operations, even those that would never end. */
  readonly endOperations: () => void;
  /** Blobs of the workspace's container below a prefix. */
  readonly blobs: (prefix: string) => Promise<readonly BlobText[]>;
  readonly removeBlobs: (prefix: string) => Promise<void>;
  /** Lets a minute pass for the storage: leases that nobody renews have run out; given an id, those of that holder. */
  readonly expireLeases: (leaseId?: string) => Promise<void>;
  /** What the datastores hold to get into the storage, from now on; at first the account's key. */
  readonly accessStorageBy: (access: StorageAccess) => void;
  /** Removes computes, jobs, assets, what became of attachments, other workspaces and pull requests. */
  readonly empty: () => void;
  readonly journal: () => readonly JournalEntry[];
  readonly clearJournal: () => void;
  readonly faults: Pick<Faults, "add" | "clear">;
  /** Attachments that broke others, and managed computes that were left behind: what a careful client never causes. */
  readonly violations: () => readonly unknown[];
};

/** What `empty` removes. */
const emptied = [
  "computes",
  "jobs",
  "assets",
  "operations",
  "tracked",
  violations,
  "writes",
  "takenNames",
  "github-pulls",
  "github-comments",
  ...Object.values(v1Collections),
  ...Object.values(modelCollections),
  ...Object.values(serviceCollections),
];

export function createControl(services: Services, journal: Journal, faults: Faults): Control {
  const { store, storage, assets, computes, endpoints, inference, servers, otherWorkspaces, runner } = services;
  const clear = (collection: string) => {
    for (const { key } of store.list(collection)) store.remove(collection, key);
  };
  return {
    addMachine: (name) => {
      for (const resource of machineWithNetwork(name)) putResource(store, resource);
    },
    putResource: (resource) => putResource(store, resource),
    takeName: (name) => store.put("takenNames", name.toLowerCase(), true),
    putBlob: async (datastorePath, text) => {
      const container = (await storage.service()).getContainerClient("azureml-blobstore");
      await container.getBlockBlobClient(datastorePath).upload(text, Buffer.byteLength(text));
    },
    putSecret: (name, value) => store.put("secrets", name.toLowerCase(), value),
    putAsset: assets.put,
    putJob: (job) => store.put("jobs", job.name, job),
    jobs: () => store.list<JobDocument>("jobs").map(({ value }) => value),
    assets: assets.all,
    treatJobs: runner.treat,
    stopJobs: runner.stop,
    putService: (service) => store.put("services", service.name, service),
    webServices: () => servicesIn(store),
    keepServicesAt: (where) => keepServicesAt(store, where),
    grant: (scope, grants) => putGrants(store, { scope, grants }),
    grantEverything: () => clear("grants"),
    idTokenRequestToken: (seconds) => issueRequestToken(services.tokens, seconds),
    putPullRequest: (pull) => store.put("github-pulls", String(pull.number), pull),
    putComment: (comment) => addComment(store, comment),
    comments: (pullRequest) => commentsOf(store, pullRequest),
    addWorkspace: otherWorkspaces.add,
    putModelElsewhere: otherWorkspaces.putModel,
    putCompute: (compute) => store.put("computes", compute.name.toLowerCase(), compute),
    computes: () => {
      computes.endDue();
      return computes.all();
    },
    writes: () => store.list<CarriedOut>("writes").map(({ value }) => value),
    v1Pipelines: () => {
      const made = store.list<V1Run>(v1Collections.runs).map(({ key }) => key);
      return {
        modules: store.list<V1Module>(v1Collections.modules).map(({ value }) => value.Name),
        made,
        submitted: made.filter((id) => store.get("jobs", id) !== undefined),
      };
    },
    putScorer: (endpoint, deployment, scorer) => servers.setScorer(`${endpoint}/${deployment}`, scorer),
    putServiceScorer: services.webServices.setScorer,
    setImageAvailable: (image, isAvailable) => setImageAvailable(store, image, isAvailable),
    putRegistryAsset: (id, properties) => store.put("registry-assets", id.toLowerCase(), properties),
    takeEndpointName: (name) => store.put("takenEndpointNames", name.toLowerCase(), true),
    endpoints: endpoints.all,
    endpointTraffic: endpoints.traffic,
    scored: inference.scored,
    endOperations: () => {
      computes.endOperations();
      endpoints.endOperations();
      services.webServices.endOperations();
    },
    blobs: storage.texts,
    removeBlobs: storage.remove,
    expireLeases: storage.expireLeases,
    accessStorageBy: (access) => accessStorageBy(store, access),
    empty: () => {
      emptied.forEach(clear);
      void services.webServices.empty();
      keepServicesAt(store, "arm");
      otherWorkspaces.empty();
      computes.forget();
      endpoints.empty();
    },
    journal: journal.entries,
    clearJournal: () => {
      journal.clear();
      inference.clear();
      clear("writes");
    },
    faults,
    violations: () => store.list(violations).map(({ value }) => value),
  };
}
