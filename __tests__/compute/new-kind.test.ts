import { beforeAll, describe, expect, it } from "@jest/globals";
import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as remove from "../../src/attach/remove.ts";
import type * as stepGroup from "../../src/attach/step-group.ts";
import type { KindModule } from "../../src/compute/kind.ts";
import type * as read from "../../src/compute/read.ts";
import type * as targetList from "../../src/compute/target.ts";
import type { ComputeTarget } from "../../src/compute/target.ts";
import type * as documentKind from "../../src/declaration/document-kind.ts";
import type * as duplicates from "../../src/declaration/duplicates.ts";
import type * as jsonSchema from "../../src/json-schema/declaration.ts";
import type * as permissionNeeds from "../../src/permissions/needs.ts";
import type * as planning from "../../src/plan/plan.ts";
import type * as preflights from "../../src/plan/preflight.ts";
import type * as advice from "../../src/report/advice.ts";
import type * as wording from "../../src/report/wording.ts";
import type * as yamlReader from "../../src/yaml/yaml.ts";
import { dataId, recordedWorkspace } from "../support/declared.ts";
import * as madeUp from "../support/made-up-kind.ts";
import { liveMachine } from "../support/targets.ts";
import { filesBelow } from "../support/files-below.ts";

/** It says everything that a kind has to say. */
const _complete: KindModule<madeUp.Quantum> = madeUp;

const root = join(import.meta.dirname, "..", "..");
const folder = mkdtempSync(join(tmpdir(), "new-kind-"));
const list = "compute/target.ts";
const theLine = "  quantum,\n";
const theImport = 'import * as quantum from "./quantum.ts";\n';

/** A copy of the sources with one more kind: its file, and its line with the import of the file. */
function addKind(): void {
  cpSync(join(root, "src"), join(folder, "src"), { recursive: true });
  cpSync(join(root, "package.json"), join(folder, "package.json"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const module = readFileSync(join(root, "__tests__/support/made-up-kind.ts"), "utf8")
    .replaceAll('"../../src/compute/', '"./')
    .replaceAll('"../../src/', '"../');
  writeFileSync(join(folder, "src/compute/quantum.ts"), module);
  const before = readFileSync(join(folder, "src", list), "utf8");
  const begin = "const listed = {\n";
  expect(before.split(begin)).toHaveLength(2);
  writeFileSync(join(folder, "src", list), theImport + before.replace(begin, begin + theLine));
}

const load = async <Module>(path: string) => (await import(join(folder, "src", path))) as Module;

async function loadCopy() {
  return {
    ...(await load<typeof remove>("attach/remove.ts")),
    ...(await load<typeof stepGroup>("attach/step-group.ts")),
    ...(await load<typeof read>("compute/read.ts")),
    ...(await load<typeof targetList>(list)),
    ...(await load<typeof documentKind>("declaration/document-kind.ts")),
    ...(await load<typeof duplicates>("declaration/duplicates.ts")),
    ...(await load<typeof jsonSchema>("json-schema/declaration.ts")),
    ...(await load<typeof permissionNeeds>("permissions/needs.ts")),
    ...(await load<typeof planning>("plan/plan.ts")),
    ...(await load<typeof preflights>("plan/preflight.ts")),
    ...(await load<typeof advice>("report/advice.ts")),
    ...(await load<typeof wording>("report/wording.ts")),
    ...(await load<typeof yamlReader>("yaml/yaml.ts")),
  };
}

let copy: Awaited<ReturnType<typeof loadCopy>>;
beforeAll(async () => {
  addKind();
  copy = await loadCopy();
});

const resourceId = dataId("Microsoft.Quantum/workspaces", "qw");
const documentOf = (yaml: string) => {
  const [document] = copy.readDocuments(yaml, { file: "target.yml", folder: "/checkout" }).documents;
  if (document === undefined) throw new Error("No document.");
  return document;
};
const declare = (name: string, namespace = "default"): ComputeTarget => {
  const yaml = `name: ${name}\ntype: Quantum\nresource_group: rg-data\nworkspace_name: qw\nnamespace: ${namespace}\n`;
  const subscriptionId = recordedWorkspace.subscriptionId;
  const { target, problems } = copy.readTarget(
    { document: documentOf(yaml), path: [] },
    { checkout: "/checkout", subscriptionId },
  );
  expect(problems).toEqual([]);
  if (target === undefined) throw new Error("No target.");
  return target;
};
const live = (name: string, namespace = "default", isAttachedCompute: boolean | undefined = true) => {
  const { isAttachedCompute: _, ...rest } = liveMachine({ name, resourceId, computeType: "quantum" });
  return { ...rest, properties: { namespace }, ...(isAttachedCompute === undefined ? {} : { isAttachedCompute }) };
};
const options = { onDrift: "fail", onConflict: "fail", allowDelete: false } as const;
const planOf = (targets: readonly ComputeTarget[], computes: Parameters<typeof planning.plan>[1]) =>
  copy.plan(targets, computes, recordedWorkspace, options).steps;

const filesOf = (path: string) => filesBelow(path).map((file) => file.slice(path.length + 1));

describe("a new kind of target", () => {
  it("takes its own file and its line in the list, and no other file of src", () => {
    const [before, after] = [join(root, "src"), join(folder, "src")];
    const changed = filesOf(after).filter((file) => {
      if (!filesOf(before).includes(file)) return true;
      return readFileSync(join(before, file), "utf8") !== readFileSync(join(after, file), "utf8");
    });
    expect(changed.sort()).toEqual(["compute/quantum.ts", list]);
    const added = readFileSync(join(after, list), "utf8").length - readFileSync(join(before, list), "utf8").length;
    expect(added).toBe(theImport.length + theLine.length);
  });

  it("is read, and its az ml files are known by schema and by type", () => {
    expect(declare("qpu")).toMatchObject({ type: "quantum", name: "qpu", resourceId, namespace: "default" });
    const schema = "$schema: https://azuremlschemas.azureedge.net/latest/quantumCompute.schema.json\nname: qpu\n";
    expect(copy.kindOf(documentOf(schema))).toEqual({ is: "target" });
    expect(copy.kindOf(documentOf("name: qpu\ntype: quantum\n"))).toEqual({ is: "target" });
    expect(JSON.stringify(copy.declarationJsonSchema())).toContain('"enum":["quantum"]');
  });

  it("is declared once for each resource and namespace", () => {
    const inNamespace = (namespace: string) => [declare("one"), declare("two", namespace)];
    const [problem] = copy.duplicateProblems(inNamespace("default"));
    expect(problem?.code).toBe("duplicate-resource");
    expect(problem?.fix).toContain("give it another namespace");
    expect(copy.duplicateProblems(inNamespace("other"))).toEqual([]);
  });

  it.each([
    { when: "nothing is live", computes: [], expected: "attach" },
    { when: "it is attached", computes: () => [live("qpu")], expected: "keep" },
    { when: "its resource has another name", computes: () => [live("theirs")], expected: "refuse" },
    { when: "another namespace has another name", computes: () => [live("theirs", "other")], expected: "attach" },
  ])("is planned: $expected when $when", ({ computes, expected }) => {
    const steps = planOf([declare("qpu")], typeof computes === "function" ? computes() : computes);
    expect(steps.map((step) => step.do)).toEqual([expected]);
  });

  it("is looked at before it is attached, and stopped where its resource is missing", async () => {
    const asked: string[] = [];
    const missing = { code: "ResourceNotFound", message: "It is not there.", details: [] };
    const findings = await copy.runPreflights(
      { steps: planOf([declare("qpu")], []) },
      {
        get: (id) => {
          asked.push(id);
          return Promise.resolve({ ok: false, failure: { reason: "not-found", status: 404, error: missing } });
        },
        list: () => Promise.reject(new Error("No list is needed.")),
        workspace: recordedWorkspace,
        cloud: {},
      },
      1,
    );
    expect(asked).toEqual([resourceId]);
    expect(findings.get("qpu")?.map(({ code }) => code)).toEqual(["resource-not-found"]);
  });

  it("says which permissions it needs, and for which lists of users", () => {
    const needs = copy.neededFor(
      { targets: [declare("qpu")], assets: [], deployments: [] },
      { workspace: recordedWorkspace, store: { by: "secret" }, vaults: [], downloads: false, removes: true },
    );
    const at = (scope: string) => needs.filter((need) => need.scope === scope).map(({ action }) => action);
    expect(at(resourceId)).toEqual(["Microsoft.Quantum/Workspaces/Read"]);
    const lists = at(recordedWorkspace.id).filter((action) => /(jobs|onlineEndpoints|services)\/read$/.test(action));
    expect(lists.map((action) => action.split("/").at(-2))).toEqual(["jobs", "onlineEndpoints"]);
    expect(copy.collectionsOfUsers(live("qpu"))).toEqual(["jobs", "onlineEndpoints"]);
  });

  it("is worked on together with what touches the same resource", () => {
    const steps = planOf([declare("one"), declare("two", "other")], []);
    expect(copy.groupsOf(steps, recordedWorkspace).map((group) => group.length)).toEqual([2]);
  });

  it.each([
    { isAttachedCompute: true, by: "Detach", expected: "Detach" },
    { isAttachedCompute: undefined, by: "Detach", expected: "Detach" },
    { isAttachedCompute: false, by: "neither of the two", expected: undefined },
  ])(
    "goes away by $by where the service says isAttachedCompute $isAttachedCompute",
    ({ isAttachedCompute, expected }) => {
      expect(copy.removalActionFor(live("qpu", "default", isAttachedCompute))).toBe(expected);
    },
  );

  it("has its name, its advice and what a detach leaves in the reports", () => {
    expect(copy.kindWord("quantum")).toBe("quantum workspace");
    expect(copy.adviceFor({ code: "QubitsDecohered", message: "", details: [] })).toBe(
      "Cool the quantum workspace down.",
    );
    expect(copy.kindOfLive(live("qpu"))?.afterDetach).toBe("Its qubits keep their state.");
  });
});
