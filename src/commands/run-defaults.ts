import { basename } from "node:path";
import type { Declaration } from "../declaration/declaration.ts";
import type { CommandContext } from "./context.ts";

type Declared = Pick<Declaration, "runDefaults">;

/** The input `wait: false` always counts; `true`, its default, leaves it to what is declared. */
export function waitsForRun({ inputs }: Pick<CommandContext, "inputs">, { runDefaults }: Declared): boolean {
  return inputs.wait && runDefaults?.wait !== false;
}

/** Patterns of what is fetched when the run ends: the input's, else what is declared. */
export function downloadsOf({ inputs }: Pick<CommandContext, "inputs">, { runDefaults }: Declared): readonly string[] {
  return inputs.download.length > 0 ? inputs.download : (runDefaults?.download ?? []);
}

/** aml-run takes the first so many characters of an experiment's name. */
const longestExperiment = 36;

/** Name of the experiment where the job names none. */
export function fallbackExperiment(
  { github, workingDirectory }: Pick<CommandContext, "github" | "workingDirectory">,
  { runDefaults }: Declared,
): string {
  const last = (path: string) => path.split("/").at(-1) ?? "";
  const [repository, branch] = [last(github.repository), last(github.ref)];
  if (runDefaults?.experimentOfBranch !== true || repository === "" || branch === "") return basename(workingDirectory);
  return `${repository}-${branch}`.slice(0, longestExperiment);
}
