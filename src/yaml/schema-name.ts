/** `commandJob` of `https://azuremlschemas.azureedge.net/latest/commandJob.schema.json`; real files have a space behind it. */
export function schemaNameOf(address: unknown): string | undefined {
  if (typeof address !== "string") return undefined;
  const last = address.trimEnd().split(/[/\s]/).at(-1) ?? "";
  return last.endsWith(".schema.json") ? last.slice(0, -".schema.json".length) || undefined : undefined;
}
