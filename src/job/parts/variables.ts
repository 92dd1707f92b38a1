import * as z from "zod";
import { isReserved, reservedFault } from "../../secret/reserved.ts";
import type { SecretReference } from "../../secret/secret.ts";
import { text } from "../../yaml/shape.ts";
import { positionOf } from "../../yaml/source.ts";
import type { JobSecret, Resolved } from "../resolved.ts";
import { scalar } from "./inputs.ts";
import type { PartReader } from "./read-part.ts";

export const variablesSchema = () =>
  z
    .record(z.string(), z.union([scalar(), z.null(), z.strictObject({ env: text() })]))
    .describe("Text by text: numbers and booleans are sent as they are written. { env: NAME } refers to a secret.");

/** Text, because the service's contract is text by text; a reference is resolved when the job is submitted. */
export type EnvironmentValue = string | SecretReference;
export type Variables = Readonly<Record<string, EnvironmentValue>>;

export function isSecret(value: EnvironmentValue): value is SecretReference {
  return typeof value === "object";
}

/**
 * A number or a boolean is sent as it is written: `1.0`, `010`, `yes`, and every digit of an id.
 *
 * @param what they are sent with.
 */
export function readVariables(
  declared: z.infer<ReturnType<typeof variablesSchema>>,
  { node, add }: PartReader,
  what: "job" | "deployment" = "job",
): Variables {
  return Object.fromEntries(
    Object.entries(declared).flatMap(([name, value]): [string, EnvironmentValue][] => {
      if (value === null) return [];
      const path = ["environment_variables", name];
      if (typeof value === "string") return [[name, value]];
      if (typeof value !== "object") return [[name, node.document.textAt?.([...node.path, ...path]) ?? String(value)]];
      if (isReserved(value.env)) {
        const { message, fix } = reservedFault(value.env);
        add("reserved-secret", [...path, "env"], message, fix);
        return [];
      }
      add(
        "visible-secret",
        path,
        `The variable ${JSON.stringify(name)} is sent with the ${what}: everybody who can read the workspace's ${what}s sees its value.`,
        `Prefer Key Vault, read by the ${what} itself with its identity.`,
        "warning",
      );
      return [[name, { from: "env", name: value.env, where: positionOf(node, path) }]];
    }),
  );
}

export function secretsOfVariables(variables: Variables): readonly JobSecret[] {
  return Object.entries(variables).flatMap(([name, value]) =>
    isSecret(value) ? [{ name, where: `environment_variables.${name}`, reference: value }] : [],
  );
}

export function toVariables(
  variables: Variables,
  { valueOf }: Pick<Resolved, "valueOf">,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) => {
      const known = isSecret(value) ? valueOf(value) : value;
      return known === undefined ? [] : [[name, known]];
    }),
  );
}
