import type { LiveCompute } from "../../azure/computes.ts";
import type { Workspace } from "../../azure/workspace.ts";
import type { Written } from "../../compute/kind.ts";
import { conflictsWith, kindOfLive, labelOfLive, typeOfLive, type ComputeTarget } from "../../compute/target.ts";
import { readDeclaration } from "../../declaration/read-declaration.ts";
import { plan } from "../../plan/plan.ts";
import { isReserved } from "../../secret/reserved.ts";
import { isError } from "../../yaml/problem.ts";
import { comment, fileText, itemLines, workspaceLines, yamlLines } from "./text.ts";

/** A live compute as an entry of `targets`, or why there is none. */
type Entry = { readonly live: LiveCompute } & (
  | { readonly target: ComputeTarget; readonly lines: readonly string[]; readonly secrets: readonly string[] }
  | { readonly why: string }
);

/** A declaration of what a workspace has, and what of it could not be declared. */
export type DeclaredWorkspaceText = {
  readonly text: string;
  readonly targets: number;
  /** Variables that hold the secrets that it refers to. */
  readonly secrets: readonly string[];
  readonly left: readonly { readonly name: string; readonly why: string }[];
};

/**
 * Declares the computes of a workspace so that a plan of the declaration changes nothing. Each one is written, read back
 * and planned; what would not stay as it is, is named in a comment in place of an entry.
 *
 * @param folder absolute; where the declaration will be.
 */
export async function declareWorkspace(
  lives: readonly LiveCompute[],
  workspace: Workspace,
  folder: string,
): Promise<DeclaredWorkspaceText> {
  const sorted = [...lives].sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
  const entries: Entry[] = [];
  for (const live of sorted) entries.push(await entryOf(live, sorted, workspace, folder));
  const checked = entries.map((entry, index) => withoutConflict(entry, entries.slice(0, index)));
  const written = checked.flatMap((entry) => ("target" in entry ? [entry] : []));
  const left = checked.flatMap((entry) => ("why" in entry ? [{ name: entry.live.name, why: entry.why }] : []));
  const notWritten = left.flatMap(({ name, why }) => comment(`- ${name}: ${why}`));
  const text = fileText(`the workspace ${workspace.name}`, [
    workspaceLines(workspace),
    ["targets:", ...written.flatMap(({ lines }, index) => (index === 0 ? lines : ["", ...lines]))],
    notWritten.length === 0
      ? []
      : [...comment("Not written, because a plan would not leave them as they are:"), ...notWritten],
  ]);
  return { text, targets: written.length, secrets: written.flatMap(({ secrets }) => secrets), left };
}

/** Tags that this action sets itself. */
const ownTag = /^azureml-targets\./i;

async function entryOf(
  live: LiveCompute,
  all: readonly LiveCompute[],
  workspace: Workspace,
  folder: string,
): Promise<Entry> {
  const [type, kind] = [typeOfLive(live), kindOfLive(live)];
  if (type === undefined || kind?.written === undefined)
    return { live, why: `it is of the kind ${live.computeType}, which this version cannot declare.` };
  const secrets: string[] = [];
  const write = await kind.written();
  try {
    const { keys, notes = [] }: Written = write(live, {
      workspace,
      secret: (what) => {
        const name = variableOf(live.name, what);
        secrets.push(name);
        return { env: name };
      },
    });
    const tags = Object.fromEntries(Object.entries(live.tags).filter(([name]) => !ownTag.test(name)));
    const value = {
      name: live.name,
      type,
      description: live.description === "" ? undefined : live.description,
      tags: Object.keys(tags).length === 0 ? undefined : tags,
      ...keys,
    };
    const result = await readBack(value, { live, all, workspace, folder });
    if ("why" in result) return { live, why: result.why };
    return { live, target: result.target, secrets, lines: itemLines(value, [...secretNotes(secrets), ...notes]) };
  } catch (error) {
    // The service shows it in a form that nobody knows.
    return { live, why: error instanceof Error ? error.message : String(error) };
  }
}

/** The entry as the action would read it; or what it has against it, or would change. */
async function readBack(
  value: unknown,
  given: {
    readonly live: LiveCompute;
    readonly all: readonly LiveCompute[];
    readonly workspace: Workspace;
    readonly folder: string;
  },
): Promise<{ readonly target: ComputeTarget } | { readonly why: string }> {
  const { live, all, workspace, folder } = given;
  const { targets, problems } = await readDeclaration({
    config: [],
    inlineTargets: yamlLines([value]).join("\n"),
    set: [],
    only: [],
    workingDirectory: folder,
    checkout: folder,
    subscriptionId: workspace.subscriptionId,
    resourceGroup: workspace.resourceGroup,
    optional: true,
  });
  const fault = problems.find(isError);
  const [target] = targets;
  if (fault !== undefined || target === undefined)
    return { why: `its declaration would not be valid: ${fault?.message ?? "it could not be read."}` };
  const [step] = plan([target], all, workspace, { onDrift: "fail", onConflict: "fail", allowDelete: false }).steps;
  if (step?.do === "keep" && step.differences.length === 0) return { target };
  return { why: step === undefined ? `nothing is known of the ${labelOfLive(live)}.` : step.reason };
}

/** One resource is declared once: of two computes that hold it, the first is. */
function withoutConflict(entry: Entry, before: readonly Entry[]): Entry {
  if (!("target" in entry)) return entry;
  const other = before.find((one) => "target" in one && conflictsWith(one.target, entry.target));
  if (other === undefined) return entry;
  return { live: entry.live, why: `${other.live.name} holds the same resource, which is declared once.` };
}

function variableOf(name: string, what: string): string {
  const words = `${name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, "_")}_${what}`;
  const variable = /^[A-Z_]/.test(words) ? words : `_${words}`;
  return isReserved(variable) ? `COMPUTE_${variable}` : variable;
}

function secretNotes(names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  return [
    `Set ${names.join(" and ")} in the environment of the step that attaches it: the service shows no secret, and validate and plan need none.`,
  ];
}
