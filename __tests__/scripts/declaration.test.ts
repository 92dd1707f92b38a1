import { describe, expect, it } from "@jest/globals";
import { declarationPages } from "../../scripts/reference/declaration.ts";
import { createReader, type Schema } from "../../scripts/reference/schema-rows.ts";
import { kinds } from "../../src/compute/target.ts";
import { createShapeReader, declarationMembers } from "../../scripts/reference/shapes-schema.ts";
import { deploymentTypes } from "../../src/deployment/deployment.ts";
import { jobTypes } from "../../src/job/job.ts";
import { nodeTypes } from "../../src/job/node/nodes.ts";

const pages = declarationPages();
const pageOf = (name: string) => pages[`docs/reference/${name}.md`] ?? "";

/** Every key that a schema has anywhere. */
function keysIn(schema: Schema): readonly string[] {
  const { properties = {}, items, additionalProperties: values, anyOf = [], oneOf = [], allOf = [] } = schema;
  return [
    ...Object.keys(properties),
    ...[...Object.values(properties), ...anyOf, ...oneOf, ...allOf].flatMap(keysIn),
    ...(items === undefined ? [] : keysIn(items)),
    ...(typeof values === "object" ? keysIn(values) : []),
  ];
}

describe("The reference of declarations", () => {
  it("has a section for every type of target, job and deployment", () => {
    const missing = (page: string, types: object) =>
      Object.keys(types).filter((type) => !pageOf(page).includes(`\n## \`${type}\`\n`));
    expect(missing("declaration", kinds)).toEqual([]);
    expect(missing("jobs", jobTypes)).toEqual([]);
    expect(missing("deployments", deploymentTypes)).toEqual([]);
  });

  it("has a section for every type of step of a pipeline", () => {
    const missing = Object.keys(nodeTypes).filter(
      (type) => !pageOf("jobs").includes(`## Step of a pipeline: \`${type}\``),
    );
    expect(missing).toEqual([]);
  });

  it("has every key that validates", () => {
    const all = Object.values(pages).join("\n");
    const written = new Set(
      [...all.matchAll(/`([^`\n]+)`/g)].flatMap(([, text = ""]) => [
        ...text.split(/[.[\]]+/),
        text.replace(/^.*\.(?=nvidia\.com)/, ""),
      ]),
    );
    const shapes = createShapeReader();
    const properties = declarationMembers(shapes);
    const keys = new Set([{ properties }, ...Object.values(shapes.definitions)].flatMap(keysIn));
    expect(keys.size).toBeGreaterThan(400);
    expect([...keys].filter((key) => key !== "$schema" && !written.has(key))).toEqual([]);
  });

  it.each(Object.keys(pages))("has no link in %s that leads nowhere", (path) => {
    const text = pages[path] ?? "";
    const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
      title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
        .replaceAll(/\s/g, "-"),
    );
    const links = [...text.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
    expect(links.filter((anchor) => !headings.includes(anchor ?? ""))).toEqual([]);
  });
});

describe("A row of the reference", () => {
  const rowsOf = (schema: Schema) => createReader([schema], {}, (title) => title).mapping(schema).rows;

  it("says which form of a mapping has the key", () => {
    const rows = rowsOf({
      properties: {
        trigger: {
          oneOf: [
            {
              properties: { type: { const: "cron" }, expression: { type: "string" } },
              required: ["type", "expression"],
            },
            { properties: { type: { const: "recurrence" }, interval: { type: "integer" } }, required: ["type"] },
          ],
        },
      },
    });
    expect(rows.map(({ key, type, required, forms }) => ({ key, type, required, forms }))).toEqual([
      { key: "trigger", type: "mapping", required: false, forms: [] },
      { key: "trigger.type", type: "`cron`, `recurrence`", required: true, forms: [] },
      { key: "trigger.expression", type: "text", required: true, forms: ["type: cron"] },
      { key: "trigger.interval", type: "whole number", required: false, forms: ["type: recurrence"] },
    ]);
  });

  it("shows a reference to a secret as one value", () => {
    const rows = rowsOf({
      properties: {
        password: {
          oneOf: [{ properties: { env: { type: "string" } } }, { properties: { key_vault: { type: "string" } } }],
        },
      },
    });
    expect(rows.map(({ key, type }) => ({ key, type }))).toEqual([
      { key: "password", type: "secret reference by `env`, `key_vault`" },
    ]);
  });

  it("names the members of a list and of a mapping", () => {
    const rows = rowsOf({
      properties: {
        list: { type: "array", items: { properties: { a: { type: "integer", minimum: 1, maximum: 5 } } } },
        map: { type: "object", additionalProperties: { properties: { b: { enum: ["x", "y"], default: "x" } } } },
      },
    });
    expect(rows.map(({ key, type }) => `${key}: ${type}`)).toEqual([
      "list: list of mapping",
      "list[].a: whole number from 1 to 5",
      "map: mapping of names to mapping",
      "map.NAME.b: `x`, `y`",
    ]);
  });

  it("leaves out what the service fills in, and lists it", () => {
    const { rows, ignored } = createReader([], {}, String).mapping({
      properties: { id: { readOnly: true }, name: { type: "string" } },
    });
    expect({ keys: rows.map(({ key }) => key), ignored }).toEqual({ keys: ["name"], ignored: ["id"] });
  });
});
