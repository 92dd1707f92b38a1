import { posix } from "node:path";
import type { LiveJob } from "../azure/jobs.ts";
import { runTags, type Configuration } from "../run/provenance.ts";
import { folderInRepository } from "../yaml/files.ts";
import type { SourceNode } from "../yaml/source.ts";
import type { CommandContext } from "./context.ts";

/** The files that declare a run, as the repository has them, whatever folder the action works in. */
export async function configurationOf(
  { source, job }: { readonly source?: SourceNode; readonly job?: Pick<LiveJob, "tags"> },
  context: CommandContext,
): Promise<Configuration> {
  const folder = await folderInRepository(context);
  const inRepository = (path: string) => posix.join(folder, path);
  const declaration = context.inputs.config.map(inRepository).join(", ");
  if (source !== undefined) return { declaration, jobFile: inRepository(source.document.file) };
  // A run that is followed whatever is declared says itself what it was declared by.
  return { declaration: job?.tags[runTags.declaration] ?? declaration, jobFile: job?.tags[runTags.jobFile] ?? "" };
}
