import { problemsAt } from "../../compute/problems-at.ts";
import type { Problem } from "../../yaml/problem.ts";
import { withoutFaults } from "../../yaml/salvage.ts";
import { checkShape } from "../../yaml/shape.ts";
import { positionOf, valueAt, type NodePath, type SourceDocument, type SourceNode } from "../../yaml/source.ts";
import { isMapping } from "../../yaml/wording.ts";
import type { DeclarationRequest } from "../gathered.ts";
import type { CheckedOnly, Mapping } from "./kind.ts";

/** What is wrong with a file that is only checked, and that no command does anything with it. */
export async function checkedOnlyProblems(
  node: SourceNode,
  kind: CheckedOnly,
  request: Pick<DeclarationRequest, "workingDirectory" | "checkout">,
): Promise<{ readonly problems: readonly Problem[]; readonly documents: readonly SourceDocument[] }> {
  const { shape, check } = await kind.load();
  const value = valueAt(node);
  const mapping: Mapping = isMapping(value) ? value : {};
  const shapeOf = shape(mapping);
  const { problems: ofShape } = checkShape(shapeOf, node);
  const problems: Problem[] = [];
  const documents: SourceDocument[] = [];
  if (check !== undefined) {
    const rest = ofShape.length === 0 ? node : (withoutFaults(shapeOf, node) ?? node);
    const { found, add } = problemsAt(rest);
    await check({ node: rest, add, request, problems, documents });
    problems.unshift(...found);
  }
  return {
    problems: [onlyChecked(node, kind), ...ofShape, ...problems, ...literalSecrets(mapping, [], node)],
    documents,
  };
}

/** What every such file is told. */
function onlyChecked(node: SourceNode, { what, act, instead }: CheckedOnly): Problem {
  return {
    code: "not-submitted",
    severity: "notice",
    where: positionOf(node),
    message: `This is ${what}. It is checked only: no command of this action ${act}.`,
    fix: `${instead ?? "Create it with az ml"}${instead === undefined ? ", or leave it out with a narrower pattern in config." : ""}`,
  };
}

const secretKeys = /^(account_key|sas_token|client_secret|password|pat|key|api_key|access_key_id|secret_access_key)$/;

/** What the author has still to put in, or what is put in when az ml is called. */
const isOpen = (text: string) => text === "" || /^<[^<>]+>$/.test(text) || /\$\{\{.*\}\}/.test(text);

/** A secret in a file that nothing sends is known all the same. */
function literalSecrets(mapping: Mapping, path: NodePath, node: SourceNode): readonly Problem[] {
  return Object.entries(mapping).flatMap(([key, value]): readonly Problem[] => {
    if (isMapping(value)) return literalSecrets(value, [...path, key], node);
    if (!secretKeys.test(key) || typeof value !== "string" || isOpen(value)) return [];
    return [
      {
        code: "literal-secret",
        severity: "warning",
        where: positionOf(node, [...path, key]),
        message: `${key} is in the file: if it is a secret, everybody who can read the repository knows it.`,
        fix: "Leave it out, and give it to az ml with --set.",
      },
    ];
  });
}
