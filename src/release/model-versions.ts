import type { AssetDeps } from "../asset/kind.ts";
import type { AssetVersion } from "../azure/assets.ts";
import type { Azure } from "../azure/azure.ts";
import { membersOf, textOf } from "../azure/members.ts";
import { failed, succeeded, type Outcome } from "../azure/outcome.ts";

/** Versions of a model as the workspace has them, and what the action writes into those that it registers. */

/** What tells the bytes of a model from all others; on every version that we register. */
export const contentProperty = "azureml-targets.content";

/** Tags of a version that we register. */
export const modelTags = {
  commit: "azureml-targets.commit",
  run: "azureml-targets.run",
  gates: "azureml-targets.gates",
  promotedFrom: "azureml-targets.promoted-from",
} as const;

/** The content that a version says it has. */
export function contentOf(properties: AssetVersion["properties"]): string | undefined {
  return textOf(membersOf(properties["properties"])[contentProperty]);
}

/** Where the workspace's own versions are. */
export function placeOf({
  assets,
  workspace,
}: Pick<Azure, "assets" | "workspace">): Pick<AssetDeps, "assets" | "workspaceId"> {
  return { assets, workspaceId: workspace.id };
}

export async function oneVersion(
  name: string,
  version: string,
  { assets, workspaceId }: Pick<AssetDeps, "assets" | "workspaceId">,
): Promise<Outcome<readonly AssetVersion[]>> {
  const live = await assets.get("models", name, version);
  if (!live.ok) return live;
  const id = `${workspaceId}/models/${name}/versions/${version}`;
  return succeeded(live.value === undefined ? [] : [{ version, id, properties: live.value }]);
}

/** One above the greatest number; versions that are no number count for nothing. */
export function nextOf(known: readonly AssetVersion[]): string {
  const numbers = known.map(({ version }) => Number(version)).filter((number) => Number.isSafeInteger(number));
  return String(Math.max(0, ...numbers) + 1);
}

export function otherBytes(name: string, version: string): Outcome<never> {
  return failed({
    reason: "refused",
    status: 409,
    error: {
      code: "VersionExists",
      message: `Version ${version} of the model '${name}' exists with other bytes, and a version cannot be changed. Raise version, or leave it out.`,
      target: "model.version",
      details: [],
    },
  });
}
