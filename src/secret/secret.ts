import type { Position } from "../yaml/problem.ts";

/** Where a secret's value is kept. A declaration never holds the value itself. */
export type SecretReference = { readonly where: Position } & (
  | { readonly from: "env"; readonly name: string }
  | { readonly from: "key_vault"; /** `https://VAULT/secrets/NAME[/VERSION]` */ readonly url: string }
  | {
      readonly from: "file";
      /** Absolute path, outside the checkout. */
      readonly path: string;
      /** As it is declared, where that is relative to the declaration: the same on every machine, which a plan needs. */
      readonly written?: string;
    }
);

/** Turns a reference into its value, masked before it is returned. Throws {@link SecretUnavailable}. */
export type ResolveSecret = (reference: SecretReference) => Promise<string>;

/** A reference that could not be resolved where its value had to be sent. The message never holds a value. */
export class SecretUnavailable extends Error {
  readonly reference: SecretReference;
  constructor(reference: SecretReference, message: string) {
    super(message);
    this.name = "SecretUnavailable";
    this.reference = reference;
  }
}

/** The reference as a user wrote it, for plans and messages: `{ env: DSVM_PASSWORD }`. */
export function formatSecretReference(reference: SecretReference): string {
  switch (reference.from) {
    case "env":
      return `{ env: ${reference.name} }`;
    case "key_vault":
      return `{ key_vault: ${reference.url} }`;
    case "file":
      return `{ file: ${reference.written ?? reference.path} }`;
  }
}
