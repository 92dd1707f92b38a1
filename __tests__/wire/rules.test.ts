import { describe, expect, it } from "@jest/globals";
import { formatProblem, isError } from "../../src/yaml/problem.ts";
import { checkoutOf } from "../support/step.ts";
import { decidesOtherwise, knownDifferences, readCases, unlisted, withReference, type WireCase } from "./compare.ts";
import { make } from "./in-process.ts";

const cases = readCases("rules.jsonl");
const byDecision = (official: WireCase["official"]) =>
  cases.filter((one) => one.official === official).map((one) => [one.id, one] as const);

async function madeOf({ id, files = {} }: WireCase, yaml: string) {
  const made = await make(yaml, checkoutOf({ "file.yml": yaml, ...files }));
  return { id, ...made, errors: made.problems.filter(isError) };
}

describe("what the official client takes", () => {
  it.each(byDecision("accept"))("%s becomes the request that it sends", async (id, one) => {
    const { errors, path, body, environment } = await madeOf(one, withReference(one.yaml));
    if (decidesOtherwise(id)) {
      expect(errors).not.toEqual([]);
      return;
    }
    const { request } = one;
    expect(errors.map(formatProblem)).toEqual([]);
    expect(path).toBe(request?.path);
    expect(unlisted(id, body, masked(request?.body))).toEqual([]);
    const [dependency] = Object.values(request?.dependencies ?? {});
    if (dependency !== undefined) expect(unlisted(id, environment, dependency.body)).toEqual([]);
  });
});

const refusedVariants = readCases("variants.jsonl")
  .filter((one) => (one.expect ?? one.official) === "reject")
  .map((one) => [one.id, one] as const);

describe("what the official client refuses", () => {
  it.each(refusedVariants)("%s is refused at its place, with its secrets behind references", async (id, one) => {
    expect(decidesOtherwise(id)).toBe(false);
    const { errors } = await madeOf(one, withReference(one.yaml));
    expect(errors).not.toEqual([]);
    for (const { where } of errors) expect(where).toMatchObject({ file: "file.yml" });
  });

  it.each(byDecision("reject"))("%s is refused at its place", async (id, one) => {
    const { errors } = await madeOf(one, one.yaml);
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

it("has no difference listed for a case that is none", () => {
  const files = ["variants.jsonl", "steps.jsonl", "deployments.jsonl"];
  const ids = [...cases, ...files.flatMap(readCases)].map(({ id }) => id);
  expect(knownDifferences().filter((id) => !ids.includes(id))).toEqual([]);
});

function masked(body: unknown): unknown {
  return JSON.parse(
    JSON.stringify(body).replaceAll(/("(?:password|privateKeyData)":)"(?:[^"\\]|\\.)*"/g, '$1"***"'),
  ) as unknown;
}
