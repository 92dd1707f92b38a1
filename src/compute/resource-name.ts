import { parseResourceId } from "../azure/resource-id.ts";
import type { Problem } from "../yaml/problem.ts";
import { positionOf, type NodePath, type SourceNode } from "../yaml/source.ts";

/** What no name of a resource has, and what would make another address of the one that it is put into. */
const foreign = /[/\\?#%&<>]|\s|^$/u;

/** `<VNET_NAME>`: filled in before the file is used, as in az ml's own examples. */
const placeholder = /^<[^<>/]+>$/u;

/** What is wrong with a name that becomes a part of an ARM id, if anything. */
export function namePartProblems(name: string, node: SourceNode, path: NodePath): readonly Problem[] {
  if (!foreign.test(name) || placeholder.test(name)) return [];
  return [
    {
      code: "malformed-name",
      severity: "error",
      where: positionOf(node, path),
      message: `${String(path.at(-1))} is ${JSON.stringify(name)}, which is not a valid name of an Azure resource.`,
      fix: "Write the name alone, as the portal shows it.",
    },
  ];
}

/** `<VM>`, `$VM` and `{vm}` in an id: somebody has still to put the name in. */
export function placeholderProblems(id: string, node: SourceNode, path: NodePath): readonly Problem[] {
  const [found] = /<[^<>/]*>|\$\{\{[^{}]*\}\}|\$?\{[^{}/]*\}|\$\w+/.exec(id) ?? [];
  if (found === undefined) return [];
  return [
    {
      code: "placeholder",
      severity: "error",
      where: positionOf(node, path),
      message: `${String(path.at(-1))} has the placeholder ${found}.`,
      fix: "Replace it with the name, as the portal shows it; placeholders in files are not filled in.",
    },
  ];
}

/** What is wrong with an ARM id that has to be of one type, if anything. */
export function idProblems(id: string, type: string, node: SourceNode, path: NodePath): readonly Problem[] {
  const open = placeholderProblems(id, node, path);
  if (open.length > 0) return open;
  if (parseResourceId(id)?.type.toLowerCase() === type.toLowerCase()) return [];
  const [namespace, ...types] = type.split("/");
  return [
    {
      code: "malformed-resource-id",
      severity: "error",
      where: positionOf(node, path),
      message: `${JSON.stringify(id)} is not the ARM id of a resource of the type ${type}.`,
      fix: `Write it as /subscriptions/…/resourceGroups/…/providers/${namespace}/${types.map((part) => `${part}/…`).join("/")}.`,
    },
  ];
}
