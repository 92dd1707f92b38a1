import type { Command } from "../report/result.ts";
import type { CommandContext, CommandResult } from "./context.ts";

type RunCommand = (context: CommandContext) => Promise<CommandResult>;

/**
 * Every command, loaded only when it is called, so that `validate` loads no Azure library.
 */
const verbs: Readonly<Record<Command, (() => Promise<RunCommand>) | undefined>> = {
  validate: async () => (await import("./validate.ts")).validate,
  plan: async () => (await import("./plan.ts")).plan,
  apply: async () => (await import("./apply.ts")).apply,
  train: async () => (await import("./train.ts")).train,
  up: async () => (await import("./up.ts")).up,
  detach: async () => (await import("./detach.ts")).detach,
  deploy: undefined,
  doctor: async () => (await import("./doctor.ts")).doctor,
};

export async function runCommand(command: Command, context: CommandContext): Promise<CommandResult> {
  const load = verbs[command];
  if (load === undefined) {
    const known = Object.entries(verbs)
      .filter(([, verb]) => verb !== undefined)
      .map(([name]) => name);
    return {
      failures: [
        {
          reason: "not-supported",
          message: `The command '${command}' is not supported yet. This version has ${known.join(", ")}.`,
        },
      ],
    };
  }
  return (await load())(context);
}
