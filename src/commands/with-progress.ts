import type { AttachDeps } from "../attach/dependencies.ts";
import { createProgress } from "../attach/progress.ts";
import type { Azure } from "../azure/azure.ts";
import { endText } from "../report/wording.ts";
import type { CommandContext } from "./context.ts";
import { attachDeps } from "./workspace.ts";

/**
 * Does work on targets, and shows its progress and the end for each in a group of the log.
 *
 * @param names the targets that are worked on; without any nothing is shown.
 */
export async function withProgress<Value>(
  names: readonly string[],
  context: CommandContext,
  azure: Azure,
  work: (deps: AttachDeps) => Promise<Value>,
): Promise<Value> {
  const { log, clock } = context;
  if (names.length === 0)
    return work(attachDeps(context, azure, { onProgress: () => undefined, onEnd: () => undefined }));
  log.startGroup("Provisioning");
  const progress = createProgress(names, { clock, write: log.info });
  try {
    return await work(
      attachDeps(context, azure, {
        onProgress: progress.onProgress,
        onEnd: (report) => progress.onEnd(report.name, endText(report)),
      }),
    );
  } finally {
    progress.stop();
    log.endGroup();
  }
}
