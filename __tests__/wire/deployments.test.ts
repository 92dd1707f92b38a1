import { afterAll, describe, expect, it } from "@jest/globals";
import { cpSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { formatProblem, isError } from "../../src/yaml/problem.ts";
import { checkoutOf } from "../support/step.ts";
import { decidesOtherwise, folder, readCases, unlisted, type WireCase, type WireRequest } from "./compare.ts";
import { makeDeployment, type MadeDeployment } from "./deployment-in-process.ts";
import { expanded } from "./expand.ts";
import { examples, readGoldens, standInFor, type Golden } from "./goldens.ts";

/** Endpoints and deployments: what is sent for them, and everything that is made before, without a network. */

const kinds = [
  "managedOnlineEndpoint",
  "managedOnlineDeployment",
  "kubernetesOnlineEndpoint",
  "kubernetesOnlineDeployment",
  "batchEndpoint",
  "batchDeployment",
  "modelBatchDeployment",
  "pipelineComponentBatchDeployment",
];
const goldens = readGoldens().filter(({ kind }) => kinds.includes(kind));

const checkout = mkdtempSync(join(tmpdir(), "deployments-"));
cpSync(examples, checkout, { recursive: true });
for (const golden of goldens) standInFor(golden, checkout);

const passed = new Map<string, number>();
afterAll(() => {
  const lines = kinds.map((kind) => {
    const all = goldens.filter((golden) => golden.kind === kind).length;
    return `${kind}: ${passed.get(kind) ?? 0} of ${all} as the official client`;
  });
  process.stdout.write(`${lines.join("\n")}\n`);
});

/** What a file leaves out is given beside it, as the input `set` gives it. */
function withOverrides(yaml: string, { overrides = {} }: Golden): string {
  return Object.keys(overrides).length === 0 ? yaml : `${yaml.trimEnd()}\n${stringify(overrides)}`;
}

/** In what the action differs from the official client: nothing, or a line each. */
function differencesOf(golden: Golden): readonly string[] {
  const { source, error } = golden;
  const path = join(checkout, source);
  const yaml = withOverrides(readFileSync(path, "utf8"), golden);
  const made = makeDeployment(yaml, dirname(path), checkout);
  if (error !== undefined) return made.problems.some(isError) ? [] : ["It is taken here, and refused there."];
  return differencesFrom(source, made, golden);
}

function differencesFrom(source: string, made: MadeDeployment, golden: WireRequest): readonly string[] {
  const errors = made.problems.filter(isError).map(formatProblem);
  if (errors.length > 0) return errors;
  const { dependencies = {} } = golden;
  const ours = made.dependencies ?? {};
  const named = (all: Readonly<Record<string, unknown>>) => Object.keys(all).filter((path) => path.startsWith("/"));
  return [
    ...(made.path === golden.path ? [] : [`${made.path ?? ""} is not ${golden.path}`]),
    ...unlisted(source, expanded(made.body, ours), expanded(golden.body, dependencies)),
    ...unlisted(source, named(ours).sort(), named(dependencies).sort()),
    ...named(dependencies).flatMap((one) => unlisted(source, ours[one]?.body, dependencies[one]?.body)),
  ];
}

describe.each(kinds)("%s of azureml-examples", (kind) => {
  it.each(goldens.filter((golden) => golden.kind === kind).map((golden) => [golden.source, golden] as const))(
    "%s",
    (_, golden) => {
      expect(differencesOf(golden)).toEqual([]);
      passed.set(kind, (passed.get(kind) ?? 0) + 1);
    },
  );
});

/** Beside each of the small files. */
const beside = checkoutOf(
  JSON.parse(readFileSync(join(folder, "deployments-files.json"), "utf8")) as Readonly<Record<string, string>>,
);
const cases = readCases("deployments.jsonl");
const byDecision = (official: WireCase["official"]) =>
  cases.filter((one) => one.official === official).map((one) => [one.id, one] as const);

describe("small endpoints and deployments that the official client takes", () => {
  it.each(byDecision("accept"))("%s", (id, { yaml, request }) => {
    if (request === undefined) throw new Error("The case has no request.");
    const made = makeDeployment(yaml, beside);
    if (decidesOtherwise(id)) expect(made.problems.filter(isError)).not.toEqual([]);
    else expect(differencesFrom(id, made, request)).toEqual([]);
  });
});

describe("small endpoints and deployments that the official client refuses", () => {
  it.each(byDecision("reject"))("%s is refused at its place", (id, { yaml }) => {
    const errors = makeDeployment(yaml, beside).problems.filter(isError);
    if (decidesOtherwise(id)) {
      expect(errors).toEqual([]);
      return;
    }
    expect(errors).not.toEqual([]);
    for (const { where, message, fix } of errors) {
      expect(where).toMatchObject({ file: expect.stringMatching(/\.yml$/) as unknown });
      expect(`${message} ${fix}`).not.toMatch(/undefined|\[object|Invalid input/);
    }
  });
});

it("has each small file once", () => {
  expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
});
