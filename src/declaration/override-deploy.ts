import type { Problem } from "../yaml/problem.ts";
import { valueAt, type NodePath, type SourceNode } from "../yaml/source.ts";
import { suggestionFor } from "../yaml/suggestion.ts";
import type { DeployPart } from "./gathered.ts";
import { withValue, type Override } from "./override.ts";

/**
 * Puts one value of the input `set` into what is to be deployed: `deploy.KEY` where there is one mapping or document,
 * else `deploy.NAME.KEY`, by the name of a deployment or service, or of an endpoint.
 *
 * @param below what stands behind `deploy`.
 */
export function withDeployOverride(
  parts: readonly DeployPart[],
  below: NodePath,
  change: Override,
  problems: Problem[],
): readonly DeployPart[] {
  const [only, ...others] = parts;
  if (only === undefined) {
    problems.push(change.refuse("names nothing that is declared"));
    return parts;
  }
  if (others.length === 0) {
    if (below.length === 0) {
      problems.push(change.refuse("names no key", "Write, for example, deploy.model=azureml:clf:1."));
      return parts;
    }
    return [withValueIn(only, below, change)];
  }
  const [name, ...rest] = below;
  const wanted = String(name).toLowerCase();
  const index = parts.findIndex((part) => namesOf(part).includes(wanted));
  const part = parts[index];
  if (part === undefined || rest.length === 0) {
    const near = suggestionFor(String(name), parts.flatMap(namesOf)).trim();
    problems.push(
      change.refuse(
        "names nothing that is deployed",
        near === "" ? "Several are declared, so write deploy.NAME.KEY=VALUE, by the name of one." : near,
      ),
    );
    return parts;
  }
  return parts.with(index, withValueIn(part, rest, change));
}

/** In lower case; the name of a deployment before that of its endpoint. */
function namesOf(part: DeployPart): readonly string[] {
  const own = nameAt(part.node);
  if (part.is === "document") return own;
  const ofParts = [...part.parts]
    .sort((a, b) => Number(isDeployment(b)) - Number(isDeployment(a)))
    .flatMap(({ node }) => nameAt(node));
  return [...own, ...ofParts];
}

function isDeployment(part: DeployPart): boolean {
  return part.is === "document" && part.declares.part === "deployment";
}

function nameAt(node: SourceNode): readonly string[] {
  const name = valueAt(node, ["name"]);
  return typeof name === "string" ? [name.toLowerCase()] : [];
}

function withValueIn(part: DeployPart, path: NodePath, change: Override): DeployPart {
  if (part.is === "document") return { ...part, node: withValue(part.node, path, change) };
  const [key, ...rest] = path;
  const isOf = (one: DeployPart) => one.is === "document" && one.declares.part === key;
  const inFile = part.parts.find((one) => isOf(one) && one.node.document !== part.node.document);
  // What stands in a file of its own is replaced there.
  if (inFile !== undefined && rest.length > 0)
    return { ...part, parts: part.parts.map((one) => (one === inFile ? withValueIn(one, rest, change) : one)) };
  const node = withValue(part.node, path, change);
  const inline = part.parts.map((one) =>
    one.node.document === part.node.document ? { ...one, node: { ...one.node, document: node.document } } : one,
  );
  const isNew = (key === "endpoint" || key === "deployment") && rest.length > 0 && !part.parts.some(isOf);
  return {
    ...part,
    node,
    parts: isNew
      ? [...inline, { is: "document", node: { ...node, path: [...node.path, key] }, declares: { part: key } }]
      : inline,
  };
}
