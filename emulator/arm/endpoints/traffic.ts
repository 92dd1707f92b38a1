import type { Reply } from "../../server/reply.ts";
import type { Shares } from "./document.ts";
import { invalid } from "./refused.ts";

/** What an endpoint's traffic may name. */
type Around = {
  /** Names of its deployments. */
  readonly deployments: readonly string[];
  readonly isManaged: boolean;
};

/** Without zeros, which the service does not keep, and under the names that the deployments have. */
export function normalized(shares: unknown, deployments: readonly string[]): Shares {
  return Object.fromEntries(
    Object.entries((shares ?? {}) as Shares)
      .filter(([, share]) => share !== 0)
      .map(([name, share]) => [named(deployments, name) ?? name, share]),
  );
}

/** Why the service does not take a map of traffic: percentages of deployments that exist, 100 together, or none. */
export function refusedTraffic(traffic: unknown, { deployments }: Around): Reply | undefined {
  const shares = entriesOf(traffic);
  if (shares === undefined) return invalid("Traffic", "Traffic has to map names of deployments to whole percentages.");
  const unknown = shares.find(([name]) => named(deployments, name) === undefined);
  if (unknown !== undefined)
    return invalid("Traffic", `Traffic is set for the deployment '${unknown[0]}', which does not exist.`);
  if (shares.some(([, share]) => !isPercentage(share)))
    return invalid("Traffic", "Each traffic value has to be a whole number from 0 to 100.");
  const sum = shares.reduce((total, [, share]) => total + share, 0);
  return sum === 0 || sum === 100
    ? undefined
    : invalid("Traffic", `The traffic values sum up to ${sum}. Their sum has to be 0 or 100.`);
}

/** Why it does not take a mirror: one deployment without live traffic, at most half of the requests, on managed endpoints. */
export function refusedMirror(mirror: unknown, traffic: unknown, around: Around): Reply | undefined {
  const shares = entriesOf(mirror);
  if (shares === undefined) return invalid("MirrorTraffic", "MirrorTraffic has to map a deployment to a percentage.");
  const set = shares.filter(([, share]) => share !== 0);
  const [first, second] = set;
  if (first === undefined) return undefined;
  if (!around.isManaged) return invalid("MirrorTraffic", "Traffic can be mirrored on managed online endpoints alone.");
  if (second !== undefined) return invalid("MirrorTraffic", "Traffic can be mirrored to one deployment only.");
  const [name, share] = first;
  if (named(around.deployments, name) === undefined)
    return invalid("MirrorTraffic", `Mirror traffic is set for the deployment '${name}', which does not exist.`);
  if (!isPercentage(share) || share > 50)
    return invalid("MirrorTraffic", "The mirror traffic value has to be a whole number from 1 to 50.");
  const live = normalized(traffic, around.deployments)[named(around.deployments, name) ?? name] ?? 0;
  return live > 0
    ? invalid("MirrorTraffic", `The deployment '${name}' has live traffic and cannot get mirrored traffic as well.`)
    : undefined;
}

function entriesOf(shares: unknown): readonly (readonly [string, number])[] | undefined {
  if (shares === undefined || shares === null) return [];
  if (typeof shares !== "object" || Array.isArray(shares)) return undefined;
  const entries = Object.entries(shares);
  return entries.every(([, share]) => typeof share === "number") ? (entries as [string, number][]) : undefined;
}

function isPercentage(share: number): boolean {
  return Number.isInteger(share) && share >= 0 && share <= 100;
}

function named(deployments: readonly string[], name: string): string | undefined {
  return deployments.find((one) => one.toLowerCase() === name.toLowerCase());
}
