import { missingReference, uploadOfUse, withParts, type AssetUse } from "../asset/asset.ts";
import {
  addressInDeclared,
  collectionOf,
  partsOfDeclared,
  uploadOfDeclared,
  usesDeclared,
  type DeclaredAsset,
} from "../asset/declared.ts";
import type { Missing, ReferenceReads } from "../asset/reference.ts";
import type { Datastores } from "../azure/datastores.ts";
import { succeeded, type AzureFailure, type Outcome } from "../azure/outcome.ts";
import { addressesOf, assetsOf, type Job } from "../job/job.ts";
import { sentenceOf } from "../report/failure.ts";
import type { ProblemCode } from "../yaml/problem-codes.ts";
import type { Position, Problem } from "../yaml/problem.ts";
import { positionOf } from "../yaml/source.ts";
import { suggestionFor } from "../yaml/suggestion.ts";

/** A use of an asset, and where a key of it is declared. */
export type PlacedUse = { readonly use: AssetUse; readonly at: (key: string) => Position };

/** What a run, what is deployed, and the assets that are registered for it refer to in the workspace. */
export type Referring = {
  /** Absent where nothing is submitted to the workspace. */
  readonly run?: Job;
  /** Assets that the same call registers: nobody need have done so before. What they refer to has to be there, too. */
  readonly declared: readonly DeclaredAsset[];
  /** What is deployed uses these. */
  readonly deployed?: readonly PlacedUse[];
};

export type WorkspaceReads = ReferenceReads & {
  readonly workspaceId: string;
  readonly datastores: Pick<Datastores, "look">;
};

/** Something that has to be there, where it is referred to, and how to find out. */
type Sought = {
  readonly where: Position;
  readonly code: ProblemCode;
  /** `warning` for what the service itself looks for no sooner than the run does, so that it may come until then. */
  readonly severity: "error" | "warning";
  /** What is read; each thing is read once. */
  readonly key: string;
  /** For messages: `the environment azureml:sk:1`. */
  readonly what: string;
  readonly find: () => Promise<Outcome<Missing | undefined>>;
};

/**
 * Assets and datastores that are referred to and are not there: each a problem at its place, and all of them at once. What
 * cannot be read is not known to be missing, and said to be so in a notice.
 */
export async function missingReferences(referring: Referring, given: WorkspaceReads): Promise<readonly Problem[]> {
  const reads = { ...given, datastores: lookingOnce(given.datastores) };
  const answers = new Map<string, ReturnType<Sought["find"]>>();
  const problems = await Promise.all(
    [...soughtAssets(referring, reads), ...soughtDatastores(referring, reads)].map(async (sought) => {
      const answer = answers.get(sought.key) ?? sought.find();
      answers.set(sought.key, answer);
      return problemOf(sought, await answer);
    }),
  );
  return problems.flatMap((problem) => problem ?? []);
}

/** A datastore may be written to by one use and read by another, with a question of its own each. */
function lookingOnce({ look }: WorkspaceReads["datastores"]): WorkspaceReads["datastores"] {
  const looks = new Map<string, ReturnType<typeof look>>();
  return {
    look: (name) => {
      const found = looks.get(name) ?? look(name);
      looks.set(name, found);
      return found;
    },
  };
}

function problemOf({ where, code, severity, what }: Sought, found: Outcome<Missing | undefined>): Problem | undefined {
  if (!found.ok) return notRead(what, found.failure, where);
  return found.value === undefined ? undefined : { code, severity, where, ...found.value };
}

/** What the identity may not read, or nobody could: the submission will tell. */
export function notRead(what: string, failure: AzureFailure, where: Position): Problem {
  return {
    code: "not-checked",
    severity: "notice",
    where,
    message: `Whether ${what} is there could not be read: ${sentenceOf(failure.error)}.`,
    fix: "No action is needed if it is; the command doctor says which permissions are missing.",
  };
}

/** Where a use of an asset is declared: `inputs.data` is at `inputs`, `data`, and its path below. */
function placeOf(run: Job, { where, at }: AssetUse, key: string): Position {
  return at ?? positionOf(run.source, [...where.split("."), key]);
}

/** Everything that the run, and what is registered for it, use. */
function placedUses({ run, declared, deployed = [] }: Referring): readonly PlacedUse[] {
  const ofRun =
    run === undefined
      ? []
      : withParts(assetsOf(run)).map((use) => ({ use, at: (key: string) => placeOf(run, use, key) }));
  const ofAssets = declared.flatMap((asset) =>
    partsOfDeclared(asset).map((use) => ({ use, at: () => use.at ?? positionOf(asset.source) })),
  );
  return [...ofRun, ...ofAssets, ...deployed];
}

function soughtAssets(referring: Referring, reads: WorkspaceReads): readonly Sought[] {
  return placedUses(referring).flatMap(({ use, at }): readonly Sought[] => {
    if (!("reference" in use)) return [];
    const { kind, reference } = use;
    const declared = referring.declared.filter((asset) => usesDeclared(use, asset));
    return [
      {
        where: at("path"),
        code: "missing-asset",
        severity: isElsewhere(reference, reads.workspaceId) ? "warning" : "error",
        key: `${kind} ${reference}`,
        what: `${use.what} (${reference})`,
        find: async () => {
          const found = await isRegistered(reference, declared, reads);
          if (!found.ok) return found;
          return found.value ? succeeded(undefined) : missingReference(use, reads);
        },
      },
    ];
  });
}

/** An ID of another workspace: who may not look into that one is told 404 by it as well. */
function isElsewhere(reference: string, workspaceId: string): boolean {
  const id = reference.replace(/^azureml:(?=\/)/, "").toLowerCase();
  return id.startsWith("/subscriptions/") && !id.startsWith(`${workspaceId.toLowerCase()}/`);
}

/** Whether this call registers the version that is referred to. Without a version of its own, it is the newest or the next. */
async function isRegistered(
  reference: string,
  declared: Referring["declared"],
  { assets }: WorkspaceReads,
): Promise<Outcome<boolean>> {
  const [first] = declared;
  if (first?.name === undefined) return succeeded(false);
  const version = reference.slice(`azureml:${first.name}:`.length);
  if (reference.includes("@") || declared.some((asset) => asset.version === version)) return succeeded(true);
  if (declared.every((asset) => asset.version !== undefined)) return succeeded(false);
  const known = await assets.versions(collectionOf(first).collection, first.name);
  if (!known.ok) return known;
  const { latest = "1", next } = known.value ?? {};
  return succeeded([latest, next].includes(version));
}

function soughtDatastores(referring: Referring, reads: WorkspaceReads): readonly Sought[] {
  const uses = placedUses(referring);
  const uploads = [
    ...referring.declared.map((asset) => ({
      datastore: uploadOfDeclared(asset)?.datastore,
      where: positionOf(asset.source, ["datastore"]),
    })),
    ...uses.map(({ use, at }) => ({ datastore: uploadOfUse(use)?.datastore, where: at("datastore") })),
  ];
  const { run } = referring;
  const addresses = [
    ...referring.declared.flatMap((asset) => {
      const address = addressInDeclared(asset);
      return address === undefined ? [] : [{ address, where: positionOf(asset.source, ["path"]), isNeeded: undefined }];
    }),
    ...uses.flatMap(({ use, at }) =>
      "reference" in use ? [{ address: use.reference, where: at("path"), isNeeded: undefined }] : [],
    ),
    ...(run === undefined
      ? []
      : addressesOf(run).map(({ address, path, isNeeded }) => ({
          address,
          where: positionOf(run.source, path),
          isNeeded,
        }))),
  ];
  return [
    ...uploads.flatMap(({ datastore, where }) =>
      datastore === undefined ? [] : [soughtDatastore(datastore, where, reads, { isUploadedTo: true, isNeeded: true })],
    ),
    ...addresses.flatMap(({ address, where, isNeeded = false }) => {
      const name = datastoreIn(address, reads.workspaceId);
      return name === undefined ? [] : [soughtDatastore(name, where, reads, { isUploadedTo: false, isNeeded })];
    }),
  ];
}

/** The datastore that an address of this workspace names; nothing for one that is put together when the run starts. */
function datastoreIn(address: string, workspaceId: string): string | undefined {
  const [, above, name] =
    /^azureml:\/\/(?:(subscriptions\/[^/]+\/resourcegroups\/[^/]+\/workspaces\/[^/]+)\/)?datastores\/([^/]+)/i.exec(
      address,
    ) ?? [];
  const here = workspaceId.replace("/providers/Microsoft.MachineLearningServices", "").slice(1);
  if (above !== undefined && above.toLowerCase() !== here.toLowerCase()) return undefined;
  return name === undefined || name.includes("$") ? undefined : name;
}

/** @param how only a container of blobs is uploaded to; without one that is needed, nothing can be submitted. */
function soughtDatastore(
  name: string,
  where: Position,
  { datastores, lookups }: WorkspaceReads,
  { isUploadedTo, isNeeded }: { readonly isUploadedTo: boolean; readonly isNeeded: boolean },
): Sought {
  return {
    where,
    code: "missing-datastore",
    severity: isNeeded ? "error" : "warning",
    key: `datastore ${name} ${String(isUploadedTo)}`,
    what: `the datastore ${name}`,
    find: async () => {
      const found = await datastores.look(name);
      if (found.ok) return succeeded(undefined);
      const { failure } = found;
      if (failure.reason === "not-found") {
        const known = await lookups.datastoreNames();
        return succeeded({
          message: `The workspace has no datastore '${name}'.${suggestionFor(name, known.ok ? known.value : [])}`,
          fix: "Fix the name, or register the datastore before the run.",
        });
      }
      if (failure.status !== undefined || failure.reason !== "refused") return found;
      // It is there. What is read by the run, or written by it, may be of any type.
      return succeeded(isUploadedTo ? { message: failure.error.message, fix: "" } : undefined);
    },
  };
}
