import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { filesBelow } from "../support/files-below.ts";
import { folder, type WireRequest } from "./compare.ts";

/** What the official client made of a real file: a request, or why it refused the file. */
export type Golden = WireRequest & {
  readonly source: string;
  readonly kind: string;
  readonly error?: string;
  readonly local?: Readonly<Record<string, string>>;
  /** What was given beside the file, because it leaves it out. */
  readonly overrides?: Readonly<Record<string, string>>;
};

const corpus = join(folder, "corpus");
/** The checkout of the real files. */
export const examples = join(corpus, "azureml-examples");

/** The placeholders of a compute file are what its author leaves to the reader. */
export const filledIn = (text: string) =>
  text.replaceAll(/<([A-Z][A-Z_]+)>/g, (_, name: string) => name.toLowerCase().replaceAll("_", "-"));

/** Kinds that no command sends: their files are only checked. */
const checkedOnly = new Set([
  ...["azureBlob", "azureDataLakeGen1", "azureDataLakeGen2", "azureFile", "connection", "registry", "schedule"],
  ...["featureSet", "featureStoreEntity", "serverlessEndpoint", "distillationJob", "fineTuningJob"],
]);

/** What the client made of every file of a kind that some command sends. */
export function readGoldens(): readonly Golden[] {
  return readAllGoldens().filter(({ kind }) => !checkedOnly.has(kind));
}

export function readAllGoldens(): readonly Golden[] {
  return [...filesBelow(join(corpus, "golden"))]
    .sort()
    .map((file) => readFileSync(file, "utf8"))
    .map((text) => JSON.parse(/"kind": "\w+Compute"/.test(text) ? filledIn(text) : text) as Golden);
}

/** Puts something in place of every local file and folder that a file names and that is not among the examples. */
export function standInFor({ source, local = {}, body }: Golden, checkout: string): void {
  const from = dirname(join(checkout, source));
  for (const [token, kind] of Object.entries(local)) {
    const path = join(from, pathOf(token));
    // A path without an ending that the client did not look for is taken for a folder.
    standIn(path, kind === "absent" ? (/\.[a-z0-9]+$/i.test(path) ? "file" : "folder") : kind, checkout);
  }
  // The client looks for the entry of a Spark job and for a scoring script, which are no paths of their own.
  const { codeId, entry, codeConfiguration } =
    (body as { properties?: { codeId?: string; entry?: { file?: string }; codeConfiguration?: Scoring } } | undefined)
      ?.properties ?? {};
  if (entry?.file !== undefined) standIn(join(from, pathOf(codeId ?? ""), entry.file), "file", checkout);
  const { codeId: scoringId = "", scoringScript } = codeConfiguration ?? {};
  if (scoringScript !== undefined) standIn(join(from, pathOf(scoringId), scoringScript), "file", checkout);
}

type Scoring = { readonly codeId?: string; readonly scoringScript?: string };

function standIn(path: string, kind: string, checkout: string): void {
  if (existsSync(path)) {
    if (kind === "folder" && readdirSync(path).length === 0) writeFileSync(join(path, "file.txt"), path);
    return;
  }
  mkdirSync(kind === "folder" ? path : dirname(path), { recursive: true });
  writeFileSync(kind === "folder" ? join(path, "file.txt") : path, relative(checkout, path));
}

function pathOf(token: string): string {
  return /^<\w+:(.*)>$/.exec(token)?.[1] ?? "";
}
