import type { ResourceDocument } from "../../resources/resource.ts";
import type { Reply } from "../../server/reply.ts";
import type { Store } from "../../store.ts";
import type { Failure } from "../course.ts";
import type { Capacity } from "./capacity.ts";
import type { ComputeDocument, Json } from "./document.ts";

/** A compute as a PUT asks for it. */
export type WantedCompute = {
  readonly name: string;
  readonly location: string;
  /** The kind's own part. */
  readonly own: Json;
};

/** What a kind may look up. */
export type KindContext = {
  readonly store: Store;
  readonly capacity: Capacity;
  /** Whether another workspace of the region has a compute of this name that keeps it to itself there. */
  readonly isTakenElsewhere: (name: string) => boolean;
};

/** What an action of a kind comes to: a refusal, a change at once, or one that takes an operation. */
export type ActionResult =
  { readonly refused: Reply } | { readonly changed: Json } | { readonly changed: Json; readonly takesOperation: true };

/** All that the emulator knows about one kind of compute. It is written from the service's side and never reads `src/`. */
export type EmulatedKind = {
  /** Discriminator on the wire. */
  readonly computeType: string;
  /** The api-versions that accept it: every published one, or a single one that never was published. */
  readonly apiVersions: "published" | { readonly only: string };
  /** Made by the service, attached by the id of a resource, or either. */
  readonly origin: "made" | "attached" | "either";
  /** What one attachment has to itself: a second attachment of the same resource, or of one namespace in it, breaks the first. */
  readonly exclusive: "per-resource" | "per-namespace" | "never";
  /** It takes Spark jobs. */
  readonly takesSparkJobs?: true;
  /** True where run configurations of the first SDK run with the framework PySpark. */
  readonly takesPySpark?: true;
  /** Deployments of endpoints that are put on one by its name. */
  readonly takesDeployments?: readonly ("onlineEndpoints" | "batchEndpoints")[];
  /** The name has to be unique in the whole region. */
  readonly nameIsRegional?: true;
  /** Resources that exist from the start, for targets to point at. */
  readonly seeds?: readonly ResourceDocument[];
  /** Why the service refuses to create it, or to attach it (again). */
  readonly check?: (wanted: WantedCompute, context: KindContext) => Reply | undefined;
  /** Why the service refuses to change one that it made. */
  readonly checkUpdate?: (existing: ComputeDocument, own: Json) => Reply | undefined;
  /** What the service fills in by itself. */
  readonly filledIn?: (made: boolean) => Json;
  /** What the service finds out about the resource, which is `undefined` where there is none. */
  readonly foundOut?: (resource: ResourceDocument | undefined) => Json;
  /** Why an attachment of this resource fails in the end. It shows only while the attachment is being made. */
  readonly missing?: (resourceId: string, store: Store) => Failure | undefined;
  /** What an operation that succeeded leaves behind. @param endsWith what a test wants the kind's own part to hold then. */
  readonly completed?: (
    compute: ComputeDocument,
    endsWith: Json | undefined,
    store: Store,
  ) => { readonly own: Json; readonly resourceId?: string };
  /** The kind's own part as it is by now: what grows with time, without what only the emulator needs. */
  readonly asOfNow?: (own: Json, secondsPerNode: number) => Json;
  /** What a PUT does not take away, out of the part as it is by now. */
  readonly kept?: (now: Json) => Json;
  /** Secrets that GET does not give back, in place of what was put. */
  readonly hidden?: (own: Json) => Json;
  /** Machines that count against the quota. */
  readonly machines?: (own: Json) => number;
  readonly nodes?: (now: Json) => readonly unknown[];
  /** What a PATCH changes; `undefined` where it asks for something that cannot be patched. */
  readonly patched?: (changes: Json) => Json | undefined;
  /** By their names in lower case. */
  readonly actions?: Readonly<Record<string, (body: Json) => ActionResult>>;
};
