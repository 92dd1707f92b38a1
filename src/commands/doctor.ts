import type { Declaration } from "../declaration/declaration.ts";
import { examine, type NamedWorkspace } from "../doctor/examine.ts";
import { doctorReport, failuresIn } from "../doctor/report.ts";
import { logGroups } from "../report/render/log.ts";
import { doctorSections } from "../report/sections/doctor.ts";
import { downloadsOf } from "./run-defaults.ts";
import { join, type CommandContext, type CommandResult } from "./context.ts";
import { planOptions } from "./plan-targets.ts";
import { MissingInput, workspaceRef, workspaceReport } from "./workspace.ts";
import { checked } from "./check-declaration.ts";

/** Looks at everything that could stop the other commands, and reads only. */
export async function doctor(context: CommandContext): Promise<CommandResult> {
  const { inputs } = context;
  const declaration = await context.declare();
  const { signIn, workspace: openWorkspace } = await context.diagnose();
  const { azure, ...found } = await examine(declaration, namedWorkspace(context, declaration), {
    signIn,
    openWorkspace,
    environment: context.environment,
    options: planOptions(context),
    parallel: inputs.parallel,
    chosen: {
      downloads: downloadsOf(context, declaration).length > 0,
      removes: inputs.onDrift === "reattach" || inputs.onConflict === "replace" || inputs.allowDelete,
    },
  });
  const report = doctorReport(found);
  const blocks = doctorSections({ doctor: report }).flatMap((section) => section.blocks);
  for (const { title, lines } of logGroups(blocks)) context.log.group(title, lines);
  return join(checked(declaration), {
    doctor: report,
    ...(azure === undefined ? {} : { workspace: workspaceReport(azure) }),
    failures: context.signal.aborted
      ? [{ reason: "cancelled", message: "The workflow was cancelled before all checks were done." }]
      : failuresIn(found.parts),
  });
}

function namedWorkspace(context: CommandContext, { workspace }: Declaration): NamedWorkspace {
  try {
    return { ok: true, value: workspaceRef(context, workspace) };
  } catch (thrown) {
    if (!(thrown instanceof MissingInput)) throw thrown;
    return { ok: false, message: thrown.message };
  }
}
