import type { Command } from "../report/result.ts";
import type { CommandContext, CommandResult } from "./context.ts";

type RunCommand = (context: CommandContext) => Promise<CommandResult>;

/**
 * Every command, loaded only when it is called, so that `validate` loads no Azure library.
 */
const verbs: Readonly<Record<Command, () => Promise<RunCommand>>> = {
  validate: async () => (await import("./validate.ts")).validate,
  plan: async () => (await import("./plan.ts")).plan,
  apply: async () => (await import("./apply.ts")).apply,
  train: async () => (await import("./train.ts")).train,
  up: async () => (await import("./up.ts")).up,
  detach: async () => (await import("./detach.ts")).detach,
  deploy: async () => (await import("./deploy.ts")).deploy,
  doctor: async () => (await import("./doctor.ts")).doctor,
};

export async function runCommand(command: Command, context: CommandContext): Promise<CommandResult> {
  return (await verbs[command]())(context);
}
