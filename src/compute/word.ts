/** A word of the service's in lower case, which its spelling may vary in; empty for what is no text. */
export function wordOf(value: unknown): string {
  return typeof value === "string" ? value.toLowerCase() : "";
}
