import { membersOf } from "../azure/members.ts";

/** Where an answer is not what is wanted. */
export type Difference = {
  /** `predictions[0].label`; empty for the answer itself. */
  readonly path: string;
  readonly wanted: unknown;
  /** Absent where there is nothing. */
  readonly got?: unknown;
  /** What differs, where that is not the value itself. */
  readonly what?: string;
};

/** What is looked at of an answer at most: a difference beyond them would not be read by anybody. */
const mostDifferences = 20;

/**
 * Compares an answer with the part of it that is wanted: objects may have more keys, lists are as long and in order, numbers
 * may differ by the tolerance. Text, true, false and null are equal or different.
 */
export function differencesFrom(wanted: unknown, got: unknown, tolerance: number): readonly Difference[] {
  const found: Difference[] = [];
  compare(wanted, got, "", tolerance, found);
  return found;
}

function compare(wanted: unknown, got: unknown, path: string, tolerance: number, found: Difference[]): void {
  if (found.length >= mostDifferences) return;
  if (Array.isArray(wanted)) return compareLists(wanted, got, path, tolerance, found);
  if (isObject(wanted)) return compareObjects(wanted, got, path, tolerance, found);
  if (typeof wanted === "number" && typeof got === "number" && isNear(wanted, got, tolerance)) return;
  if (wanted !== got) found.push({ path, wanted, got });
}

function compareLists(
  wanted: readonly unknown[],
  got: unknown,
  path: string,
  tolerance: number,
  found: Difference[],
): void {
  if (!Array.isArray(got)) return void found.push({ path, wanted, got });
  if (got.length !== wanted.length)
    return void found.push({ path, wanted, got, what: `${wanted.length} items wanted, ${got.length} got` });
  for (const [index, item] of wanted.entries()) compare(item, got[index], `${path}[${index}]`, tolerance, found);
}

function compareObjects(
  wanted: Readonly<Record<string, unknown>>,
  got: unknown,
  path: string,
  tolerance: number,
  found: Difference[],
): void {
  if (!isObject(got)) return void found.push({ path, wanted, got });
  for (const [key, member] of Object.entries(wanted)) {
    const at = path === "" ? key : `${path}.${key}`;
    if (!Object.hasOwn(got, key)) found.push({ path: at, wanted: member });
    else compare(member, got[key], at, tolerance, found);
  }
}

/** Both ends count, whatever the digits of binary numbers make of them. */
function isNear(wanted: number, got: number, tolerance: number): boolean {
  return wanted === got || Math.abs(got - wanted) <= tolerance * (1 + 1e-12);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return value === membersOf(value);
}
