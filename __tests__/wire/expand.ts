/**
 * A body with the bodies of what is made first in place of the tokens that stand for them: so that two requests are the same
 * whatever their dependencies are numbered by.
 */
export function expanded(value: unknown, dependencies: Readonly<Record<string, { readonly body: unknown }>>): unknown {
  if (Array.isArray(value)) return value.map((item) => expanded(item, dependencies));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, expanded(member, dependencies)]));
  if (typeof value !== "string") return value;
  // Every client makes its own hash of a component, and reads no other's.
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)) return "<hash>";
  const [, before = "", token = ""] = /^(.*?)(<(?:environment|component):\d+>)$/.exec(value) ?? [];
  const dependency = dependencies[token];
  return dependency === undefined ? value : { before, is: expanded(dependency.body, dependencies) };
}
