import type { SecretReference } from "../secret/secret.ts";
import type { NodePath, SourceNode } from "../yaml/source.ts";

/** A secret that is sent with a deployment. */
export type DeploymentSecret = {
  readonly reference: SecretReference;
  /** For messages: `primary_key`. */
  readonly name: string;
  readonly where: { readonly node: SourceNode; readonly path: NodePath };
};

/** What the references of a deployment have become. */
export type ResolvedDeployment = {
  /** Region of the workspace, as ARM spells it: the `location` of every request. */
  readonly location: string;
  /**
   * Id of an asset by the place of its use: `environment`, `code`, `model`, `component`. For a digest it is the content's
   * identity in place of the id.
   */
  readonly idOf: (where: string) => string;
  /** ARM id of a compute that it names. */
  readonly computeIdOf: (compute: string) => string;
  /** Value of a secret; `undefined` leaves out what needs it, so that no secret is part of a digest. */
  readonly valueOf: (reference: SecretReference) => string | undefined;
  /** What we add to `properties` and `tags`: the digest, and where it comes from. Nothing for a digest. */
  readonly provenance: {
    readonly properties: Readonly<Record<string, string>>;
    readonly tags: Readonly<Record<string, string>>;
  };
};
