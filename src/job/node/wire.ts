/** The official client leaves out of a step what is empty. */
export function withoutEmpty(members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => !isEmpty(value)));
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === "object" && !Array.isArray(value) && Object.keys(value).length === 0;
}

/** Members in ARM's shape with Python's spelling of their keys; what users name is left as it is. */
export function snakeCased(value: unknown, keep: readonly string[] = ["properties"]): unknown {
  if (Array.isArray(value)) return value.map((item) => snakeCased(item, keep));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      keep.includes(key) ? member : snakeCased(member, keep),
    ]),
  );
}
