import { describe, expect, it } from "@jest/globals";
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { emulatedKinds } from "../../emulator/arm/computes/kinds.ts";
import { parseResourceId } from "../../src/azure/resource-id.ts";
import type { KindFacts } from "../../src/compute/kind.ts";
import { kindOf, kinds, resourceIdOf, type ComputeTarget } from "../../src/compute/target.ts";
import { readDeclaration } from "../../src/declaration/read-declaration.ts";
import { placesOf, readYaml, recordedWorkspace } from "../support/declared.ts";

const root = join(import.meta.dirname, "..", "..");
const all = Object.entries<KindFacts>(kinds).map(([type, kind]) => ({ type, kind }));
const readme = readFileSync(join(root, "README.md"), "utf8");

/** The row of a kind in the README's table of targets, cell by cell. */
const rowOf = (type: string) =>
  readme
    .split("\n")
    .find((line) => line.startsWith(`| \`${type}\` `))
    ?.split("|")
    .map((cell) => cell.trim());

/** The documented example of a kind: the file that its row in the README links. */
const exampleOf = (type: string) => /\]\((examples\/[^)]+)\)/.exec(rowOf(type)?.at(-2) ?? "")?.[1];

async function targetsOf(file: string): Promise<readonly ComputeTarget[]> {
  const folder = dirname(join(root, file));
  const { subscriptionId, resourceGroup } = recordedWorkspace;
  const { targets } = await readDeclaration({
    config: [basename(file)],
    set: [],
    only: [],
    workingDirectory: folder,
    checkout: folder,
    subscriptionId,
    resourceGroup,
  });
  return targets;
}

describe.each(all)("the kind $type", ({ type, kind }) => {
  it("has a label for people, which no other kind has", () => {
    expect(kind.label).toMatch(/^[A-Za-z]/);
    expect(all.filter((other) => other.kind.label === kind.label).map((other) => other.type)).toEqual([type]);
  });

  it("says how it comes into being and what can use it, as a compute of the workspace or as none", () => {
    const isCompute = kind.computeType !== undefined;
    expect(kind.origin !== "none").toBe(isCompute);
    expect(kind.users.includes("jobs")).toBe(isCompute);
    const sameType = all.filter((other) => other.kind.computeType?.toLowerCase() === kind.computeType?.toLowerCase());
    expect(sameType.map((other) => other.type)).toEqual([type]);
  });

  it("knows the namespace of a live compute exactly where it knows that of a target", () => {
    const { namespaceOf } = kindOf({ type } as ComputeTarget);
    expect(kind.liveNamespaceOf !== undefined).toBe(namespaceOf !== undefined);
  });

  it("is named where the body of its request is written in place of a declaration", () => {
    if (kind.computeType === undefined) return;
    const { problems } = readYaml(`name: one-more\nproperties: { computeType: ${kind.computeType} }\n`);
    expect(placesOf(problems)).toEqual(["error missing-key 2:1"]);
    expect(problems[0]?.fix).toContain(`type: ${type},`);
  });

  it("has a row in the README's table that says how it comes into being", () => {
    const how = { none: /^the runner$/, attached: /^attached/, managed: /^created/, either: /^attached, or created/ };
    expect(rowOf(type)?.[2]).toMatch(how[kind.origin]);
  });

  it("has a documented example that declares it", async () => {
    const example = exampleOf(type);
    if (kind.computeType !== undefined) expect(example).toBe(`examples/targets/${type}.yml`);
    expect((await targetsOf(example ?? "")).map((target) => target.type)).toContain(type);
  });

  it("needs a permission on the resource behind its example, where it reads that resource beforehand", async () => {
    const targets = (await targetsOf(exampleOf(type) ?? "")).filter((target) => target.type === type);
    for (const target of targets) {
      const { permissionsOf, preflight } = kindOf(target);
      const permissions = permissionsOf(target, recordedWorkspace);
      for (const { action, scope } of permissions) {
        expect(action).toMatch(/^Microsoft\.[A-Za-z.]+\/.+\/(read|action)$/i);
        expect(scope).toMatch(/^\/subscriptions\/[^/]+/);
      }
      const resourceId = resourceIdOf(target);
      if (resourceId === undefined) continue;
      const provider = `${parseResourceId(resourceId)?.type ?? ""}/read`.toLowerCase();
      const reads = permissions.some(({ action, scope }) => scope === resourceId && action.toLowerCase() === provider);
      expect(reads).toBe(preflight !== undefined);
    }
  });

  it("is known to the emulator", () => {
    if (kind.computeType !== undefined) expect(emulatedKinds.has(kind.computeType.toLowerCase())).toBe(true);
    else expect(kind.origin).toBe("none");
  });
});
