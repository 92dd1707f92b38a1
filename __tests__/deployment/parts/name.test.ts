import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { checkName, isPlaceholder } from "../../../src/deployment/parts/name.ts";
import { problemsAt } from "../../../src/compute/problems-at.ts";
import { nodeOf } from "../../support/documents.ts";

function faultsOf(name: string) {
  const { node } = nodeOf(JSON.stringify({ name }));
  if (node === undefined) throw new Error("no YAML");
  const { found, add } = problemsAt(node);
  checkName(name, ["name"], "a deployment", { node, add });
  return found.map(({ code, message, fix }) => `${message} ${fix} [${code}]`);
}

describe("the name of an endpoint or deployment", () => {
  it.each(["abc", "A-1", "a--b", "a".repeat(32)])("may be %s", (name) => {
    expect(faultsOf(name)).toEqual([]);
  });

  it.each([
    ["ab", '"ab" has 2 characters, and the name of a deployment has 3 to 32. Use a longer name. [illegal-name]'],
    [
      "a".repeat(33),
      `"${"a".repeat(33)}" has 33 characters, and the name of a deployment has 3 to 32. Use a shorter name. [illegal-name]`,
    ],
    [
      "blue_1",
      '"blue_1" is not a valid name for a deployment: it takes letters, digits and dashes, the first a letter, the last a letter or digit. Write blue-1. [illegal-name]',
    ],
    [
      "1abc-",
      '"1abc-" is not a valid name for a deployment: it takes letters, digits and dashes, the first a letter, the last a letter or digit. Write abc. [illegal-name]',
    ],
  ])("may not be %s", (name, problem) => {
    expect(faultsOf(name)).toEqual([problem]);
  });

  it("is refused with a name that would be taken, if it names one", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 3, maxLength: 32 }), (name) => {
        const proposed = /Write (\S+)\. \[/.exec(faultsOf(name)[0] ?? "")?.[1];
        if (proposed !== undefined) expect(faultsOf(proposed)).toEqual([]);
      }),
    );
  });

  it("may be left to whoever uses a template", () => {
    expect(["<ENDPOINT_NAME>", "{{ENDPOINT_NAME}}", "<endpoint name>"].every(isPlaceholder)).toBe(true);
    expect(isPlaceholder("blue")).toBe(false);
  });
});
