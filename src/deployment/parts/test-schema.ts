import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { PartReader } from "../../job/parts/read-part.ts";
import { keepInside, leadsOutside, namedPath } from "../../yaml/named-path.ts";
import type { Problem } from "../../yaml/problem.ts";
import { positionOf, shownPath, valueAt, type SourceNode } from "../../yaml/source.ts";
import { isMapping } from "../../yaml/wording.ts";
import { readDocuments } from "../../yaml/yaml.ts";

/** A JSON Schema as it is written: inline, or in a file of its own. */
export type TestSchema = { readonly schema: object; readonly source: SourceNode };

/** @param reader of the test. */
export function readSchema(
  declared: string | Readonly<Record<string, unknown>>,
  { node, add }: PartReader,
): TestSchema | undefined {
  if (typeof declared !== "string")
    return { schema: declared, source: { document: node.document, path: [...node.path, "schema"] } };
  const { path, is } = namedPath(declared, node.document);
  const what = `The schema ${JSON.stringify(declared)}`;
  if (is === "outside") add("outside", ["schema"], `${what} ${leadsOutside}.`, keepInside);
  else if (is !== "file")
    add("missing-file", ["schema"], `${what} does not exist.`, "Fix the path; it is relative to this file.");
  else {
    const file = shownPath(node.document, declared);
    const { documents, problems } = readDocuments(readFileSync(path, "utf8"), {
      file,
      folder: dirname(path),
      root: node.document.root,
    });
    const [document] = documents;
    if (document !== undefined && problems.length === 0 && isMapping(document.value))
      return { schema: document.value, source: { document, path: [] } };
    add("wrong-schema", ["schema"], `${what} is not JSON.`, problems[0]?.message ?? "Write a JSON Schema.");
  }
  return undefined;
}

/**
 * What keeps the schemas of tests from being JSON Schemas, each at its place. The library is loaded where there is a schema.
 *
 * @param tests those of a deployment that has been read.
 */
export async function schemaProblems(
  tests: readonly { readonly kind: string; readonly schema?: object; readonly schemaSource?: SourceNode }[],
): Promise<readonly Problem[]> {
  const found = await Promise.all(
    tests.map(async ({ schema, schemaSource }): Promise<readonly Problem[]> => {
      if (schema === undefined || schemaSource === undefined) return [];
      const { compileSchema } = await import("./json-schema.ts");
      const compiled = compileSchema(schema);
      if (compiled.ok) return [];
      const { path, message } = compiled.fault;
      const isThere = path.every((_, index) => valueAt(schemaSource, path.slice(0, index + 1)) !== undefined);
      return [
        {
          code: "wrong-schema",
          severity: "error",
          where: positionOf(schemaSource, isThere ? path : []),
          message: `This is not a JSON Schema: ${message}.`,
          fix: "Fix it, or remove schema.",
        },
      ];
    }),
  );
  return found.flat();
}
