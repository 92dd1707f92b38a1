import { describe, expect, it } from "@jest/globals";
import { globSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import * as z from "zod";
import { kindOf } from "../../src/declaration/document-kind.ts";
import { assetsOf, computesOf, jobTypes, labelOf, readJob, secretsOf, toRequest } from "../../src/job/job.ts";
import { jobFiles, type JobTypeName } from "../../src/job/job-files.ts";
import { nodeTypes } from "../../src/job/node/nodes.ts";
import { isComponentSchema } from "../../src/job/component-keys.ts";
import { toJob } from "../../src/job/runconfig/run-configuration.ts";
import { computeId } from "../../src/job/parts/compute.ts";
import { isError } from "../../src/yaml/problem.ts";
import { readDocuments } from "../../src/yaml/yaml.ts";
import { nodeOf } from "../support/documents.ts";
import { workspace } from "../support/targets.ts";

/** The jobs of the examples, which the demo and the sample workflows run. */
const examples = globSync("examples/**/*.{yml,runconfig}").flatMap((file) => {
  const { documents } = readDocuments(readFileSync(file, "utf8"), {
    file,
    folder: resolve(dirname(file)),
    root: resolve("examples"),
  });
  return documents
    .flatMap((document) => {
      const kind = kindOf(document).is;
      return kind === "run-configuration" ? [toJob(document).document] : kind === "job" ? [document] : [];
    })
    .map((document) => ({ file, ...readJob({ document, path: [] }) }));
});

describe.each(Object.entries(jobTypes))("the job type %s", (name, type) => {
  it("says what it is called, and how the service and az ml call it", () => {
    expect(type.label).toMatch(/^[A-Za-z0-9 ]+ job$/);
    expect(type.jobType).toMatch(/^[A-Z][A-Za-z0-9]+$/);
    const schemaNames = Object.values(jobFiles).map(({ schemaName }) => schemaName);
    expect(new Set(schemaNames).size).toBe(schemaNames.length);
    expect(jobFiles[name as JobTypeName].schemaName).toMatch(/^[a-z][A-Za-z]+Job$/);
    for (const key of ["label", "jobType"] as const)
      expect(Object.values(jobTypes).filter((other) => other[key] === type[key])).toHaveLength(1);
  });

  it("says by which api-version it is submitted, and what it asks of a compute", () => {
    const isArm = !("graphOf" in type || "v1RunOf" in type);
    expect(type.apiVersion).toMatch(isArm ? /^20\d\d-\d\d-\d\d(-preview)?$/ : /^v\d\.\d$/);
    expect(type.workload !== undefined || type.placementsOf !== undefined).toBe(true);
  });

  it("has a shape that can be published, with the keys of every job", () => {
    const schema = z.toJSONSchema(type.schema(), { unrepresentable: "any", io: "output" });
    for (const branch of schema.oneOf ?? [schema]) {
      const { properties = {} } = branch as Pick<typeof schema, "properties">;
      expect(Object.keys(properties)).toEqual(
        expect.arrayContaining(["$schema", "type", "name", "display_name", "experiment_name", "description", "tags"]),
      );
    }
  });

  it("has an example that reads without an error, and makes a request", () => {
    const own = examples.filter(({ job }) => job?.type === name);
    expect(own.length).toBeGreaterThan(0);
    for (const { job, problems } of own) {
      expect(problems.filter(isError)).toEqual([]);
      if (job === undefined) continue;
      expect(labelOf(job)).toBe(type.label);
      const places = assetsOf(job).map(({ where }) => where);
      expect(new Set(places).size).toBe(places.length);
      const { properties } = toRequest(job, {
        runName: "run",
        fallbackExperiment: "experiment",
        provenance: { properties: {}, tags: { from: "test" } },
        idOf: (where) => {
          expect(places).toContain(where);
          return where;
        },
        computeIdOf: (compute) => {
          expect(computesOf(job)).toContain(compute);
          return computeId(workspace.id, compute);
        },
        datastoreIdOf: (datastore) => `/datastores/${datastore}`,
        valueOf: (reference) => {
          expect(secretsOf(job).map((secret) => secret.reference)).toContain(reference);
          return "value";
        },
      });
      expect(properties).toMatchObject({ jobType: type.jobType, tags: { from: "test" }, isArchived: false });
    }
  });
});

describe("a component file", () => {
  it.each(Object.values(nodeTypes).flatMap(({ component }) => component?.schemaName ?? []))(
    "is known by %s",
    (name) => {
      expect(isComponentSchema(name)).toBe(true);
    },
  );
});

describe("a job file", () => {
  it.each([
    ["its schema", "$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json\ncommand: x\n"],
    ["its type", "type: command\ncommand: x\n"],
    ["its keys", "command: x\n"],
  ])("is known by %s", (_, yaml) => {
    const { node } = nodeOf(yaml);
    expect(node && kindOf(node.document)).toEqual({ is: "job" });
  });

  it.each([
    ["$schema: https://azuremlschemas.azureedge.net/latest/importJob.schema.json\n", "an az ml importJob file"],
    ["type: parallel\ntask: {}\n", "a job of the type parallel"],
  ])("of a type that is not listed is not supported yet: %j", (yaml, what) => {
    const { node } = nodeOf(yaml);
    expect(node && kindOf(node.document)).toMatchObject({ is: "not-supported-yet", what });
  });

  it.each([
    ["type: import\nsource: { type: s3, connection: c, path: p }\n", /refuses to submit one.*task: import_data/],
    ["type: parallel\ntask: {}\n", /steps of a pipeline alone.*type: pipeline/],
    ["type: data_transfer\ntask: copy_data\n", /steps of a pipeline alone.*type: pipeline/],
    [
      "$schema: https://azuremlschemas.azureedge.net/latest/importComponent.schema.json\n",
      /no step runs one.*import_data/,
    ],
  ])("that nothing runs is refused with what to write instead: %j", (yaml, said) => {
    const { node } = nodeOf(yaml);
    const kind = node && kindOf(node.document);
    const { message, fix } = (kind?.is === "not-supported-yet" ? kind.refusal : undefined) ?? {};
    expect(`${String(message)} ${String(fix)}`).toMatch(said);
  });

  it("of a type that is not listed, inside a declaration, is a problem at its type", () => {
    const { node } = nodeOf("type: distillation\ncommand: x\nenvironment: azureml:env:1\n");
    expect(node && readJob(node).problems).toMatchObject([{ code: "wrong-value", where: { line: 1 } }]);
  });
});
