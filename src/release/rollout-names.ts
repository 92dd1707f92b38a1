import type { Traffic } from "../report/result.ts";
import { isSameName } from "./live-endpoint.ts";
import { shareOf } from "./traffic.ts";

const longestName = 32;

/** The other colour, where the name is one. */
function otherColour(name: string): string | undefined {
  switch (name.toLowerCase()) {
    case "blue":
      return "green";
    case "green":
      return "blue";
    default:
      return undefined;
  }
}

/** `NAME-3f2a1c`, the name cut so that all of it fits. */
function withDigest(name: string, digest: string, digits: number): string {
  const cut = name.slice(0, longestName - digits - 1).replace(/-+$/, "");
  return `${cut}-${digest.slice(0, digits)}`;
}

/** The name of a release: the file's where it has no live traffic, else the other colour, else one with the digest. */
export function freeName(
  { name, digest }: { readonly name: string; readonly digest: string },
  { traffic, mirror }: { readonly traffic: Traffic; readonly mirror: Traffic },
): string {
  const isFree = (one: string) => shareOf(traffic, one) === 0 && shareOf(mirror, one) === 0;
  const other = otherColour(name);
  const names = [name, ...(other === undefined ? [] : [other]), withDigest(name, digest, 6)];
  // Six digits that another definition has as well: more of them.
  return names.find(isFree) ?? withDigest(name, digest, 12);
}

/** The live deployment that a release of this name replaces: an earlier release of it, else the only one there is. */
export function oldOf(name: string, traffic: Traffic): string | undefined {
  const live = Object.keys(traffic).filter((one) => shareOf(traffic, one) > 0);
  const other = otherColour(name);
  return (
    live.find((one) => isSameName(one, name)) ??
    live.find((one) => other !== undefined && isSameName(one, other)) ??
    live.find((one) => isReleaseOf(one, name)) ??
    (live.length === 1 ? live[0] : undefined)
  );
}

/** Whether it is the name with digits of a digest behind it. */
function isReleaseOf(one: string, name: string): boolean {
  const [, digits] = /-([0-9a-f]{12}|[0-9a-f]{6})$/.exec(one) ?? [];
  return digits !== undefined && isSameName(withDigest(name, digits, digits.length), one);
}
