import { isSizeForm } from "../compute/managed/size.ts";
import type { Problem } from "../yaml/problem.ts";
import { formatPosition, type Position } from "../yaml/problem.ts";
import { positionOf, type SourceNode } from "../yaml/source.ts";

/** A declared price with its place. */
export type DeclaredPrice = {
  /** As it is written. */
  readonly size: string;
  readonly price: number;
  readonly where: Position;
};

/** The prices of one file, and what is wrong with them. */
export function readPrices(
  prices: Readonly<Record<string, number>>,
  node: SourceNode,
): { readonly prices: readonly DeclaredPrice[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  for (const [size, price] of Object.entries(prices)) {
    if (!isSizeForm(size)) {
      problems.push({
        code: "unknown-size-form",
        severity: "error",
        where: positionOf(node, [size], "key"),
        message: `${JSON.stringify(size)} is not a valid VM size name.`,
        fix: "Write prices by size: { Standard_DS3_v2: 0.229 }.",
      });
    }
    if (price < 0) {
      problems.push({
        code: "out-of-range",
        severity: "error",
        where: positionOf(node, [size]),
        message: `The price of ${size} is ${price}.`,
        fix: "Give what an hour of one machine costs, as 0 or more.",
      });
    }
  }
  return {
    problems,
    prices: Object.entries(prices).map(([size, price]) => ({ size, price, where: positionOf(node, [size], "key") })),
  };
}

/** The prices of all files by size in lower case; two prices for one size are a problem at the second. */
export function joinPrices(declared: readonly DeclaredPrice[]): {
  readonly prices: ReadonlyMap<string, number>;
  readonly problems: readonly Problem[];
} {
  const first = new Map<string, DeclaredPrice>();
  const problems: Problem[] = [];
  for (const price of declared) {
    const key = price.size.toLowerCase();
    const other = first.get(key);
    if (other === undefined) first.set(key, price);
    else if (other.price !== price.price) {
      problems.push({
        code: "two-prices",
        severity: "error",
        where: price.where,
        related: other.where,
        message: `${price.size} costs ${other.price} at ${formatPosition(other.where)}, and ${price.price} here.`,
        fix: "Keep one of the two; the case of a size does not matter.",
      });
    }
  }
  return { problems, prices: new Map([...first].map(([key, { price }]) => [key, price])) };
}
