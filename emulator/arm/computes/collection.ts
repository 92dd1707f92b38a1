import type { Store } from "../../store.ts";
import type { End } from "../course.ts";
import { createCapacity } from "./capacity.ts";
import { ownPart, timestamp, type ComputeDocument, type Json } from "./document.ts";
import type { EmulatedKind, KindContext } from "./kind.ts";
import { kindOf } from "./kinds.ts";
import { createOperations, type Operation, type Operations } from "./operations.ts";

export type ComputeSettings = {
  /** Seconds that an operation takes, by compute type; `default` for the others, `node` for each node of a cluster. */
  readonly durations: Readonly<Record<string, number>>;
  readonly pageSize: number;
  /** Whether another workspace of the region has a compute of this name that keeps it to itself there. */
  readonly isTakenElsewhere?: (name: string) => boolean;
};

/** The computes of a workspace, as they are kept, with the operations on them. */
export type Collection = {
  readonly store: Store;
  readonly operations: Operations;
  readonly context: KindContext;
  readonly all: () => readonly ComputeDocument[];
  readonly find: (name: string) => ComputeDocument | undefined;
  readonly save: (compute: ComputeDocument) => void;
  /** Seconds that an operation on a kind takes. */
  readonly seconds: (kind: EmulatedKind | undefined) => number;
  /** The kind's own part as it is by now. */
  readonly now: (compute: ComputeDocument) => Json;
  /** As GET shows it: as it is by now, and without secrets. */
  readonly shown: (compute: ComputeDocument) => unknown;
};

/** Names of computes do not mind case. */
export function keyOf(name: string): string {
  return name.toLowerCase();
}

export function createCollection(store: Store, settings: ComputeSettings): Collection {
  const secondsFor = (what: string) => settings.durations[what] ?? settings.durations["default"] ?? 1;
  const all = () => store.list<ComputeDocument>("computes").map(({ value }) => value);
  const now = (compute: ComputeDocument): Json => {
    const own = ownPart(compute);
    return kindOf(compute.properties)?.asOfNow?.(own, secondsFor("node")) ?? own;
  };
  const context: KindContext = {
    store,
    capacity: createCapacity(store, all, (compute) => kindOf(compute.properties)?.machines?.(ownPart(compute)) ?? 0),
    isTakenElsewhere: settings.isTakenElsewhere ?? (() => false),
  };
  return {
    store,
    operations: createOperations(store, (operation, how) => endOn(store, operation, how)),
    context,
    all,
    find: (name) => store.get<ComputeDocument>("computes", keyOf(name)),
    save: (compute) => store.put("computes", keyOf(compute.name), compute),
    seconds: (kind) => secondsFor(kind?.computeType ?? "default"),
    now,
    shown: (compute) => {
      const { operation: _, ...document } = compute;
      const own = now(compute);
      return {
        ...document,
        type: "Microsoft.MachineLearningServices/workspaces/computes",
        properties: {
          ...document.properties,
          properties: { ...own, ...kindOf(document.properties)?.hidden?.(own) },
        },
      };
    },
  };
}

/** What the end of an operation leaves of its compute. */
function endOn(store: Store, operation: Operation, how: End): void {
  const compute = store.get<ComputeDocument>("computes", operation.compute);
  // Another attachment may have broken it meanwhile, or somebody may have put it there again.
  if (compute === undefined || compute.operation !== operation.id) return;
  if (operation.verb === "delete" && how === "Succeeded") {
    store.remove("computes", operation.compute);
    const made = compute.properties["resourceId"];
    if (operation.takesResource === true && typeof made === "string") store.remove("resources", made.toLowerCase());
    return;
  }
  const { operation: _, ...rest } = compute;
  const completed = how === "Succeeded" ? completedOf(compute, operation, store) : {};
  store.put("computes", operation.compute, {
    ...rest,
    properties: {
      ...compute.properties,
      ...completed,
      provisioningState: how,
      provisioningErrors: operation.error === undefined ? null : [{ error: operation.error }],
      modifiedOn: timestamp(),
    },
  });
}

function completedOf(compute: ComputeDocument, { endsWith }: Operation, store: Store): Json {
  const completed = kindOf(compute.properties)?.completed?.(compute, endsWith, store);
  if (completed === undefined) return { properties: { ...ownPart(compute), ...endsWith } };
  const { own, resourceId } = completed;
  return { ...(resourceId === undefined ? {} : { resourceId }), properties: own };
}
