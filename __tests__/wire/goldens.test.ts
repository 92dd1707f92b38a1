import { describe, expect, it } from "@jest/globals";
import { cpSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { formatProblem, isError } from "../../src/yaml/problem.ts";
import { unlisted, withReference } from "./compare.ts";
import { examples, filledIn, readGoldens, standInFor, type Golden } from "./goldens.ts";
import { make } from "./in-process.ts";

/** The same files as in `built-action.test.ts`, kind by kind, as far as that needs no process and no network. */

// Pipelines and components are in `corpus.test.ts`.
const goldens = readGoldens().filter(({ kind }) => !/^(pipelineJob|\w+(?:Component|Deployment|Endpoint))$/.test(kind));
const kinds = [...new Set(goldens.map(({ kind }) => kind))].sort();
const checkout = mkdtempSync(join(tmpdir(), "goldens-"));
cpSync(examples, checkout, { recursive: true });
for (const golden of goldens) standInFor(golden, checkout);

/** In what the action differs from the official client: nothing, or a line each. */
async function differencesOf(golden: Golden): Promise<readonly string[]> {
  const { source, kind } = golden;
  const path = join(checkout, source);
  const yaml = readFileSync(path, "utf8");
  const made = await make(withReference(kind.endsWith("Compute") ? filledIn(yaml) : yaml), dirname(path), checkout);
  const errors = made.problems.filter(isError).map(formatProblem);
  if (golden.error !== undefined) return errors.length > 0 ? [] : ["It is taken here, and refused there."];
  if (errors.length > 0) return errors;
  const [dependency] = Object.values(golden.dependencies ?? {});
  return [
    ...(made.path === golden.path ? [] : [`${made.path ?? ""} is not ${golden.path}`]),
    ...unlisted(source, withoutSecrets(made.body), withoutSecrets(golden.body)),
    ...(dependency === undefined ? [] : unlisted(source, made.environment, dependency.body)),
  ];
}

describe.each(kinds)("real files of the kind %s", (kind) => {
  it.each(goldens.filter((golden) => golden.kind === kind).map((golden) => [golden.source, golden] as const))(
    "%s",
    async (_, golden) => {
      expect(await differencesOf(golden)).toEqual([]);
    },
  );
});

function withoutSecrets(body: unknown): unknown {
  return JSON.parse(
    JSON.stringify(body).replaceAll(/("(?:password|privateKeyData|adminUserPassword)":)"(?:[^"\\]|\\.)*"/g, '$1"***"'),
  ) as unknown;
}
