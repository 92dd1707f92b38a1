import type { Traffic } from "../report/result.ts";
import { isSameName } from "./live-endpoint.ts";

export function shareOf(traffic: Traffic, name: string): number {
  return Object.entries(traffic).find(([key]) => isSameName(key, name))?.[1] ?? 0;
}

export function sumOf(traffic: Traffic): number {
  return Object.values(traffic).reduce((sum, share) => sum + share, 0);
}

/** Without shares of 0, which say nothing, and under the names that deployments really have. */
export function normalized(traffic: Traffic, names: readonly string[] = []): Traffic {
  return Object.fromEntries(
    Object.entries(traffic)
      .filter(([, share]) => share > 0)
      .map(([key, share]) => [names.find((name) => isSameName(name, key)) ?? key, share]),
  );
}

export function isSameTraffic(a: Traffic, b: Traffic): boolean {
  const [ours, theirs] = [Object.entries(normalized(a)), Object.entries(normalized(b))];
  return ours.length === theirs.length && ours.every(([name, share]) => shareOf(b, name) === share);
}

export function without(traffic: Traffic, name: string): Traffic {
  return Object.fromEntries(Object.entries(traffic).filter(([key]) => !isSameName(key, name)));
}

/** `blue 90 %, green 10 %` */
export function trafficText(traffic: Traffic): string {
  const shares = Object.entries(normalized(traffic)).map(([name, share]) => `${name} ${share} %`);
  return shares.length === 0 ? "no traffic" : shares.join(", ");
}

/**
 * The map in which one deployment has a share: the old one gives it first, then the others as much as they have. What is
 * left over goes back to the old one. The sum is 100, or 0 where nobody has traffic and none is given.
 *
 * @param old the deployment that is being replaced.
 */
export function withShare(traffic: Traffic, name: string, share: number, old?: string): Traffic {
  const others = normalized(without(traffic, name));
  if (sumOf(others) === 0) return share === 0 ? {} : { [name]: 100 };
  const wanted = 100 - share;
  const missing = wanted - sumOf(others);
  const fromOld = old === undefined ? 0 : shareOf(others, old);
  // Taken from the old one as far as it goes, or given back to it.
  const change = old === undefined || fromOld === 0 ? 0 : Math.max(missing, -fromOld);
  const changed = Object.fromEntries(
    Object.entries(others).map(([key, had]) => [key, old !== undefined && isSameName(key, old) ? had + change : had]),
  );
  return normalized({ ...scaled(changed, wanted), [name]: share });
}

/** Whole percentages in the same proportions, which sum to what is wanted: the largest remainders are rounded up. */
function scaled(traffic: Traffic, wanted: number): Traffic {
  const sum = sumOf(traffic);
  if (sum === wanted || sum === 0) return traffic;
  const parts = Object.entries(traffic).map(([name, share]) => {
    const exact = (share * wanted) / sum;
    return { name, whole: Math.floor(exact), rest: exact - Math.floor(exact) };
  });
  const left = wanted - parts.reduce((total, { whole }) => total + whole, 0);
  const first = new Set(
    [...parts]
      .sort((a, b) => b.rest - a.rest || (a.name < b.name ? -1 : 1))
      .slice(0, left)
      .map(({ name }) => name),
  );
  return Object.fromEntries(parts.map(({ name, whole }) => [name, whole + (first.has(name) ? 1 : 0)]));
}
