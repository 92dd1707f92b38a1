import * as z from "zod";
import type { RuleParams } from "../yaml/shape.ts";
import { isReserved, reservedFault } from "./reserved.ts";
import type { SecretReference } from "./secret.ts";

type WithoutPlace<Reference> = Reference extends unknown ? Omit<Reference, "where"> : never;

/** A reference before the reader of its declaration has said where it is. */
export type UnplacedSecret = WithoutPlace<SecretReference>;

const envName = /^[A-Za-z_][A-Za-z0-9_]*$/;
const vaultAddress = /^https:\/\/[^/?#@]+\/secrets\/[0-9A-Za-z-]+(?:\/[0-9A-Za-z]+)?\/?$/;
const forms = { env: envName, key_vault: vaultAddress, file: /./ } as const;

const example = "{ env: NAME }, { key_vault: https://VAULT/secrets/NAME } or { file: PATH }";

/** What the published JSON Schema says of a reference: a shape that checks by code has no schema of its own. */
const published = {
  description: "A reference to a secret, never the secret itself.",
  oneOf: Object.entries(forms).map(([key, { source: pattern }]) => ({
    type: "object" as const,
    properties: { [key]: { type: "string" as const, pattern } },
    required: [key],
    additionalProperties: false,
    // For editors, whose own message names a type.
    errorMessage: `A reference to the secret is expected here, never the secret itself: ${example}.`,
  })),
};

/**
 * A reference to a secret, never the secret itself. The message about a literal value does not repeat it, because logs
 * and reports show messages.
 */
export function secret() {
  return z
    .custom<{ env: string } | { key_vault: string } | { file: string }>()
    .superRefine((value: unknown, context) => {
      const fault = faultOf(value);
      if (fault !== undefined) context.addIssue({ code: "custom", ...fault });
    })
    .transform((value): UnplacedSecret => {
      if ("env" in value) return { from: "env", name: value.env };
      if ("key_vault" in value) return { from: "key_vault", url: value.key_vault };
      return { from: "file", path: value.file };
    })
    .meta(published);
}

/** The forms in which shells and other tools write a variable, alone: `$X`, `${X}`, `${env:X}`, `$(X)`, `#{X}#`, `%X%`. */
const variables: readonly RegExp[] = [
  /^\$([A-Z_][A-Z0-9_]*)$/,
  /^\$\{(?:env[:.])?([A-Za-z_]\w*)\}$/,
  /^\$env:([A-Za-z_]\w*)$/i,
  /^\$\(([A-Za-z_]\w*)\)$/,
  /^#\{([A-Za-z_]\w*)\}#?$/,
  /^%([A-Z_][A-Z0-9_]*)%$/,
  /^\{\{\s*(?:env\.|secrets\.|vars\.)?([A-Za-z_]\w*)\s*\}\}$/,
];

/** An expression or a variable, alone: neither is the secret itself. */
function expressionIn(value: string): { what: string; name: string } | undefined {
  const text = value.trim();
  if (/^\$\{\{.*\}\}$/s.test(text)) {
    const [, name = "NAME"] = /^\$\{\{\s*\w+\.(\w+)\s*\}\}$/.exec(text) ?? [];
    return { what: "an expression of GitHub Actions", name };
  }
  const [name] = variables.flatMap((form) => form.exec(text)?.[1] ?? []);
  return name === undefined ? undefined : { what: "the name of a variable", name };
}

/** How a value gets from the workflow to where a file would have held it. @param value what the workflow writes for it. */
export function giveByEnv(name: string, value = `\${{ secrets.${name} }}`): string {
  return `Write { env: ${name} }, and give the step env: ${name}: ${value}.`;
}

function faultOf(value: unknown): { message: string; params: RuleParams } | undefined {
  const expression = typeof value === "string" ? expressionIn(value) : undefined;
  if (expression !== undefined) {
    return {
      message: `This is ${expression.what}, and files are taken as they are: expressions and variables are not evaluated in them. ${giveByEnv(expression.name)}`,
      params: { code: "expression-in-file" },
    };
  }
  if (value === null)
    return { message: `Nothing is written here. Write ${example}.`, params: { code: "malformed-secret" } };
  if (typeof value !== "object" || Array.isArray(value)) {
    return {
      message: `This is a secret in plain text: everybody who can read the repository can read it. Replace it with a reference (${example}), and change the secret, because it is known now.`,
      params: { code: "literal-secret" },
    };
  }
  const entries = Object.entries(value as Readonly<Record<string, unknown>>);
  const [key, reference] = entries[0] ?? [];
  if (entries.length !== 1 || !Object.hasOwn(forms, key ?? "") || typeof reference !== "string" || reference === "") {
    return { message: `This is not a reference to a secret. Write ${example}.`, params: { code: "malformed-secret" } };
  }
  if (key === "env" && !envName.test(reference)) {
    const name = expressionIn(reference)?.name;
    return {
      message: `This is not the name of an environment variable. ${name === undefined ? "Use letters, digits and underscores." : giveByEnv(name)}`,
      params: { code: "malformed-secret" },
    };
  }
  if (key === "env" && isReserved(reference)) {
    const { message, fix } = reservedFault(reference);
    return { message: `${message} ${fix}`, params: { code: "reserved-secret" } };
  }
  if (key === "key_vault" && !vaultAddress.test(reference)) {
    return {
      message:
        "This is not the address of a Key Vault secret. Write https://VAULT/secrets/NAME or https://VAULT/secrets/NAME/VERSION.",
      params: { code: "malformed-secret" },
    };
  }
  return undefined;
}
