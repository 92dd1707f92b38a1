import type { ReleaseDeps } from "./kind.ts";

/** The page of an endpoint in Azure ML studio; nothing once the command is cancelled, whose last seconds are for something else. */
export async function studioUrl(
  kind: "realtime" | "batch",
  endpoint: string,
  { azure, signal }: Pick<ReleaseDeps, "azure" | "signal">,
): Promise<string | undefined> {
  if (signal.aborted) return undefined;
  const studio = await azure.dataPlane("studio");
  return studio.ok
    ? `${studio.value}/endpoints/${kind}/${encodeURIComponent(endpoint)}/detail?wsid=${azure.workspace.id}`
    : undefined;
}
