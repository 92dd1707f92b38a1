import { Ajv, type Options, type ValidateFunction } from "ajv";
import { Ajv2019 } from "ajv/dist/2019.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { NodePath } from "../../yaml/source.ts";

/** A schema that answers can be checked by, or why it is none. */
export type CompiledSchema =
  | { readonly ok: true; readonly validate: ValidateFunction }
  | { readonly ok: false; readonly fault: { readonly path: NodePath; readonly message: string } };

/** Unknown keywords are let through, as JSON Schema has it: annotations are among them. Messages go where ours go. */
const options: Options = { allErrors: true, strict: false, logger: false };

/** Reads a schema of draft 7, 2019-09 or 2020-12 (`$schema` says which; without it, draft 7). Nothing is fetched. */
export function compileSchema(schema: object): CompiledSchema {
  const { $schema: dialect } = schema as { readonly $schema?: unknown };
  const is = (version: string) => typeof dialect === "string" && dialect.includes(version);
  const ajv = is("2020-12") ? new Ajv2020(options) : is("2019-09") ? new Ajv2019(options) : new Ajv(options);
  addFormats.default(ajv);
  try {
    if (ajv.validateSchema(schema) !== true) {
      const [first] = ajv.errors ?? [];
      return {
        ok: false,
        fault: { path: pathOf(first?.instancePath ?? ""), message: first?.message ?? "it is malformed" },
      };
    }
    return { ok: true, validate: ajv.compile(schema) };
  } catch (error) {
    // A dialect or a reference that is not known, or a pattern that is none.
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, fault: { path: [], message } };
  }
}

/** A JSON pointer as a path. */
function pathOf(pointer: string): NodePath {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}
