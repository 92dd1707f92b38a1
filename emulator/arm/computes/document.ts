export type Json = Readonly<Record<string, unknown>>;

/** A compute with the operation that is in flight on it. */
export type ComputeDocument = {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly tags: Json | null;
  /** Absent where the compute has none, as the service leaves it out. */
  readonly identity?: Json;
  readonly properties: Json;
  readonly operation?: string;
};

/** A write of a compute that was carried out, whatever its client was told. */
export type CarriedOut = {
  readonly method: string;
  readonly name: string;
  readonly computeType: string;
  readonly resourceId?: string;
  /** Of a Kubernetes cluster. */
  readonly namespace?: string;
  /** SHA-256 of the body. */
  readonly body: string;
  /** Provisioning state of the compute that had the name before; absent where there was none. */
  readonly found?: string;
};

/** The kind's own part of a compute. */
export function ownPart({ properties }: Pick<ComputeDocument, "properties">): Json {
  return (properties["properties"] ?? {}) as Json;
}

export function timestamp(): string {
  return new Date().toISOString().replace("Z", "+00:00");
}
