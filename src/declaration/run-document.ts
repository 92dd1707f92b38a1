import type { SourceDocument } from "../yaml/source.ts";
import type { readAmlRun, ReadAmlRun } from "./aml-run.ts";
import type { DocumentKind } from "./document-kind.ts";

/** A document that is a run by itself. */
export type RunKind = Extract<DocumentKind, { is: "job" | "run-configuration" | "aml-run" }>;

export function isRun(kind: DocumentKind): kind is RunKind {
  return kind.is === "job" || kind.is === "run-configuration" || kind.is === "aml-run";
}

/** The job that a document declares; one of the first SDK as the az ml job that it describes. */
export async function readRunDocument(
  document: SourceDocument,
  kind: RunKind,
  folders: Parameters<typeof readAmlRun>[1],
): Promise<ReadAmlRun> {
  if (kind.is === "aml-run") return (await import("./aml-run.ts")).readAmlRun(document, folders);
  if (kind.is === "job") return { node: { document, path: [] }, problems: [], documents: [] };
  const { toJob } = await import("../job/runconfig/run-configuration.ts");
  const { document: job, problems } = toJob(document);
  return { node: { document: job, path: [] }, problems, documents: [job] };
}
