import { problemsAt } from "../../compute/problems-at.ts";
import type { Problem } from "../../yaml/problem.ts";
import type { SourceNode } from "../../yaml/source.ts";
import { checkName, isPlaceholder } from "./name.ts";

/**
 * The name of the endpoint that a deployment is for: that of the endpoint beside it, else its own `endpoint_name`.
 *
 * @param where.deployment the deployment, if it could be read.
 * @param where.hasEndpoint true where an endpoint is declared beside it, whether or not it could be read.
 */
export function checkEndpointName(
  ofEndpoint: string | undefined,
  ofDeployment: string | undefined,
  where: { readonly deployment: SourceNode | undefined; readonly hasEndpoint: boolean },
): { readonly name?: string; readonly problems: readonly Problem[] } {
  const { deployment, hasEndpoint } = where;
  const name = ofEndpoint ?? ofDeployment;
  if (deployment === undefined) return { ...(name === undefined ? {} : { name }), problems: [] };
  const { found, add } = problemsAt(deployment);
  const at = ["endpoint_name"];
  if (ofDeployment === undefined) {
    if (!hasEndpoint)
      add(
        "missing-key",
        [],
        'The key "endpoint_name" is missing.',
        "Add it, or give it by the input set: deploy.endpoint_name=NAME.",
      );
  } else if (isPlaceholder(ofDeployment))
    add(
      "placeholder",
      at,
      `endpoint_name is the placeholder ${ofDeployment.trim()}.`,
      "Put the name in its place, or give it by the input set: deploy.endpoint_name=NAME.",
      "warning",
    );
  else if (ofEndpoint === undefined) checkName(ofDeployment, at, "an endpoint", { node: deployment, add });
  else if (ofEndpoint.toLowerCase() !== ofDeployment.toLowerCase())
    add(
      "unlike-endpoint",
      at,
      `The deployment is for the endpoint ${JSON.stringify(ofDeployment)}, and the one beside it is ${JSON.stringify(ofEndpoint)}.`,
      `Write endpoint_name: ${ofEndpoint}, or leave it out.`,
    );
  return { ...(name === undefined ? {} : { name }), problems: found };
}
