import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A request as the goldens write it down. */
export type WireRequest = {
  readonly method: string;
  /** Below the workspace. */
  readonly path: string;
  readonly apiVersion: string;
  readonly body: unknown;
  readonly dependencies?: Readonly<Record<string, WireRequest>>;
};

export type WireCase = {
  readonly id: string;
  readonly kind: string;
  readonly yaml: string;
  /** Files beside it. */
  readonly files?: Readonly<Record<string, string>>;
  readonly official: "accept" | "reject";
  /** What has to come of it here; as with the official client when absent. */
  readonly expect?: "accept" | "reject";
  readonly request?: WireRequest;
};

type Difference = { readonly case: string; readonly pointer: string; readonly reason: string };

export const folder = import.meta.dirname;

export function readCases(file: string): readonly WireCase[] {
  return readFileSync(join(folder, file), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as WireCase);
}

const differences = JSON.parse(readFileSync(join(folder, "differences.json"), "utf8")) as {
  readonly everywhere: readonly Omit<Difference, "case">[];
  readonly cases: readonly Difference[];
};

/** Pointers at which a case differs on purpose. */
function listed(id: string): readonly string[] {
  return [
    ...differences.everywhere.map(({ pointer }) => pointer),
    ...differences.cases.filter((one) => one.case === id).map(({ pointer }) => pointer),
  ];
}

/** True when it is on purpose that a case is taken here and refused there, or the other way round. */
export function decidesOtherwise(id: string): boolean {
  return differences.cases.some((one) => one.case === id && one.pointer === "");
}

export function knownDifferences(): readonly string[] {
  return differences.cases.map((one) => one.case);
}

/** Every pointer at which two values differ and that is not listed. */
export function unlisted(id: string, ours: unknown, golden: unknown): readonly string[] {
  const known = listed(id);
  return compare(ours, golden, "").filter((line) => {
    const [pointer = ""] = line.split(": ");
    return !known.some((one) => pointer === one || pointer.startsWith(`${one}/`));
  });
}

/** Key order means nothing, `1.0` and `1` are the same number, a `null` member is the same as none, words of enums have no case. */
function compare(ours: unknown, golden: unknown, pointer: string): readonly string[] {
  const isMapping = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (isMapping(ours) && isMapping(golden)) {
    return [...new Set([...Object.keys(ours), ...Object.keys(golden)])].flatMap((key) =>
      compare(
        ours[key] ?? undefined,
        golden[key] ?? undefined,
        `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`,
      ),
    );
  }
  if (Array.isArray(ours) && Array.isArray(golden) && ours.length === golden.length)
    return ours.flatMap((item, index) => compare(item, golden[index], `${pointer}/${index}`));
  const same = isWord(ours) && isWord(golden) ? ours.toLowerCase() === golden.toLowerCase() : ours === golden;
  return same ? [] : [`${pointer}: ${JSON.stringify(ours)} is not ${JSON.stringify(golden)}`];
}

/** A word of an enum, or an ARM id. */
function isWord(value: unknown): value is string {
  return typeof value === "string" && (/^[A-Za-z]+$/.test(value) || value.startsWith("/subscriptions/"));
}

/** The file with its literal password behind a reference; the same text when it has none. */
export function withReference(yaml: string): string {
  return yaml.replaceAll(/(admin_password:\s*)(?!\{)([^\s,}]+)/g, "$1{ env: DSVM_PASSWORD }");
}
