import { slug } from "github-slugger";
import { schema as dataSchema } from "../../src/asset/files/data-file.ts";
import { schema as modelSchema } from "../../src/asset/files/model-file.ts";
import { environmentSchema } from "../../src/asset/environment/shape.ts";
import type { KindFacts, KindModule } from "../../src/compute/kind.ts";
import { kinds } from "../../src/compute/target.ts";
import { nodeTypes } from "../../src/job/node/nodes.ts";
import { stepName } from "../../src/json-schema/jobs.ts";
import { cell, sentence, table } from "./markdown.ts";
import { createShapeReader, declarationMembers } from "./shapes-schema.ts";
import {
  code,
  createReader,
  resolved,
  type Definitions,
  type Mapping,
  type Reader,
  type Row,
  type Schema,
} from "./schema-rows.ts";

/** A mapping that a page has a section for. */
type Section = {
  readonly title: string;
  readonly schema: Schema;
  /** Written above the table, after the schema's own description. */
  readonly notes: readonly string[];
};

type Page = { readonly title: string; readonly text: string; readonly sections: readonly Section[] };

/**
 * Every key of a declaration file, and of the az ml files that it may name, from the shapes that validate them: a key that is
 * not in here is an error, and the other way round.
 *
 * @returns the pages by their paths.
 */
export function declarationPages(): Readonly<Record<string, string>> {
  const shapes = createShapeReader();
  const { ofShape, definitions: known } = shapes;
  const members = declarationMembers(shapes);
  const sectionsOf = (name: string, notesOf: (type: string) => readonly string[] = () => []) =>
    sectionsByType(alternativesOf(members[name]?.items ?? members[name], known), known, notesOf);
  const steps = Object.values(nodeTypes).map((type) => ({
    title: `Step of a pipeline: \`${type.name}\``,
    schema: ofShape(type.schema(), stepName(type)),
    notes: ["An entry of `jobs` of a pipeline."],
  }));
  const components = Object.values(nodeTypes).flatMap(({ name, component }) =>
    component === undefined
      ? []
      : [
          {
            title: `Component file: \`${name}\``,
            schema: ofShape(component.schema(), component.schemaName),
            notes: ["Named by the `component` of a step, or registered by `apply` and `up`."],
          },
        ],
  );
  const assets = [
    { title: "Environment file", schema: ofShape(environmentSchema(), "environment"), notes: [] },
    { title: "Data file", schema: ofShape(dataSchema(), "data"), notes: [] },
    { title: "Model file", schema: ofShape(modelSchema(), "model"), notes: [] },
  ];
  const write = ({ title, text, sections }: Page) => {
    const reader = createReader(
      sections.map(({ schema }) => schema),
      known,
      (part) => slug(`Part: ${part}`),
    );
    const written = sections.map((section) => sectionText(section, reader));
    const parts = partTexts(reader);
    const shared =
      parts.length === 0 ? [] : ["## Shared parts", "Mappings that several sections above have.", ...parts];
    return `${[`# ${title}`, text, ...written, ...shared].join("\n\n")}\n`;
  };
  const targets = sectionsOf("targets", notesOfTarget);
  return {
    "docs/reference/declaration.md": write({
      title: "Declaration files",
      text: `${legend}\n\n${topOf(members, targets)}`,
      sections: [...topSections(members), ...targets],
    }),
    "docs/reference/jobs.md": write({
      title: "Jobs",
      text: `\`run\` is the path of a job file, or one of these mappings. ${sameLegend} Before the first write, \`plan\`,
\`train\` and \`up\` look up everything that a job refers to: computes, versions of assets, datastores, secrets.`,
      sections: [...sectionsOf("run"), ...steps, ...components],
    }),
    "docs/reference/assets.md": write({
      title: "Assets",
      text: `Files that \`config\` names or matches; \`apply\` and \`up\` register what they declare. ${sameLegend} \`plan\`
compares them with the versions in the workspace.`,
      sections: assets,
    }),
    "docs/reference/deployments.md": write({
      title: "Deployments",
      text: `\`deploy\` is a path, one of these mappings, or a list of both. ${sameLegend} Before the first write, \`plan\`,
\`deploy\` and \`up\` look up everything that a deployment refers to: models, environments, computes, endpoints.`,
      sections: sectionsOf("deploy"),
    }),
  };
}

const legend = `Every key, from the shapes that validate: allowed values, default, meaning. \`npm run docs\` generates this page; editors
read the same from \`schema/azureml.schema.json\`. Jobs, assets and deployments have pages of their own: [jobs](jobs.md),
[assets](assets.md), [deployments](deployments.md).

- \`validate\` checks every key: its name, type and allowed values, and the rules between keys. Every other command does so
  first. An unknown key is an error with a suggestion.
- A key with a dot is inside the mapping before the dot. \`[]\` stands for each entry of a list, \`NAME\` for each name of a
  mapping.
- A secret is always a reference: \`{ env: NAME }\`, \`{ key_vault: https://VAULT/secrets/NAME }\` or \`{ file: PATH }\`.
- Keys that \`az ml … show\` prints and the service fills in are accepted and ignored, so that exported files work.`;

const sameLegend = "[Declaration files](declaration.md) explains the notation.";

/** Which commands use what a top-level key declares. `validate` checks the form of all of them. */
const usedBy: Readonly<Record<string, string>> = {
  workspace: "all but `validate`",
  targets: "`plan`, `apply`, `up`, `detach`, `doctor`; `train` and `deploy` those that they name",
  run: "`plan`, `train`, `up`, `doctor`",
  gates: "`train`, `up`",
  deploy: "`plan`, `deploy`, `up`, `doctor`",
  prices: "`plan`, `apply`, `up`",
  limits: "`train`, `up`",
  retries: "`train`, `up`",
  overrides: "`plan`, `train`, `up`, `doctor`",
};

const inChapters = ["targets", "run", "deploy"];

function topSections(members: Readonly<Record<string, Schema>>): readonly Section[] {
  return Object.entries(members)
    .filter(([name]) => name !== "$schema" && !inChapters.includes(name))
    .filter(([, schema]) => (schema.items ?? schema).properties !== undefined)
    .map(([name, schema]) => ({
      title: schema.items === undefined ? name : `${name}: each entry`,
      schema: schema.items ?? schema,
      notes: [],
    }));
}

function topOf(members: Readonly<Record<string, Schema>>, targets: readonly Section[]): string {
  const rows = Object.entries(members)
    .filter(([name]) => name !== "$schema")
    .map(([name, schema]) => [
      `\`${name}\``,
      topType(name),
      usedBy[name] ?? missingUse(name),
      sentence(schema.description ?? meanings[name] ?? ""),
    ]);
  const types = targets.map(({ title }) => `[${title}](#${slug(title)})`).join(", ");
  return `## Top of the file\n\n${table(["Key", "Type", "Used by", "Meaning"], rows)}\n\nTypes of targets: ${types}.`;
}

const meanings: Readonly<Record<string, string>> = {
  workspace: "The workspace that everything is about. Inputs and environment variables may name it instead.",
  targets: "Compute targets: attached, created, or the runner itself.",
  run: "The job that train and up submit.",
  gates: "Conditions that the run's metrics have to meet.",
  deploy: "What deploy and up release.",
  limits: "How long the run may wait and take.",
  retries: "How often the run is submitted again.",
};

function topType(name: string): string {
  const own: Readonly<Record<string, string>> = {
    targets: "list of targets, by type as below, or paths",
    run: "[job](jobs.md) or path",
    deploy: "[deployment](deployments.md), path, or list of both",
    gates: "list of [gates](#gates-each-entry)",
    prices: "mapping of names to number",
    overrides: "mapping of paths to any value",
  };
  return own[name] ?? `[mapping](#${slug(name)})`;
}

function missingUse(name: string): never {
  throw new Error(`scripts/reference/declaration.ts does not say which commands use the key '${name}'.`);
}

/** Parts may refer to further parts, which come to be known while they are written. */
function partTexts(reader: Reader): readonly string[] {
  return reader
    .parts()
    .map(({ title, ...mapping }) =>
      [`### Part: ${title}`, rowsTable(mapping.rows), ...ignoredOf(mapping)].join("\n\n"),
    );
}

function sectionText({ title, schema, notes }: Section, reader: Reader): string {
  const mapping = reader.mapping(schema);
  const said = [schema.description ?? "", ...notes].filter((text) => text !== "").map((text) => sentence(text));
  return [
    `## ${title}`,
    ...(said.length === 0 ? [] : [said.join(" ")]),
    rowsTable(mapping.rows),
    ...ignoredOf(mapping),
  ].join("\n\n");
}

function ignoredOf({ ignored }: Mapping): readonly string[] {
  return ignored.length === 0 ? [] : [`Accepted and ignored: ${ignored.map(code).join(", ")}.`];
}

function rowsTable(rows: readonly Row[]): string {
  return table(
    ["Key", "Type or values", "Default", "Meaning"],
    rows.map((row) => [
      `\`${row.key}\``,
      cell(row.type),
      row.required ? "required" : row.default === undefined ? "" : code(row.default),
      `${formsText(row)}${sentence(row.meaning)}`.trim(),
    ]),
  );
}

/** The forms of a mapping that have a key, put together by what tells them apart: `task`: `classification`, `regression`. */
function formsText({ forms }: Row): string {
  const byKey = new Map<string, string[]>();
  for (const form of forms) {
    const [key = "", value = ""] = form.split(": ");
    byKey.set(key, [...(byKey.get(key) ?? []), ...value.split(", ")]);
  }
  return [...byKey].map(([key, values]) => `With \`${key}\` ${values.map(code).join(", ")}. `).join("");
}

/** What the kind itself says of its targets. */
function notesOfTarget(type: string): readonly string[] {
  const kind = Object.entries<KindFacts & Pick<KindModule<never>, "preflight" | "capacityOf">>(kinds).find(
    ([name]) => name === type,
  )?.[1];
  if (kind === undefined) return [];
  const origins: Readonly<Record<KindFacts["origin"], string>> = {
    none: "Nothing is created in Azure.",
    attached: "`detach` removes the attachment and never the resource.",
    managed: "`detach` deletes it, and only with `allow-delete: true`.",
    either:
      "`detach` removes an attachment and never its resource; what the service made it deletes, and only with `allow-delete: true`.",
  };
  const runs = kind.runs.length === 0 ? "Runs no jobs." : `Runs: ${kind.runs.join(", ")}.`;
  const looks = [
    ...(kind.preflight === undefined ? [] : [kind.origin === "managed" ? "the region and its sizes" : "the resource"]),
    ...(kind.capacityOf === undefined ? [] : ["the quota for its machines"]),
  ];
  return [
    origins[kind.origin],
    runs,
    ...(looks.length === 0 ? [] : [`Checked in Azure, by \`plan\` and before the first write: ${looks.join(", ")}.`]),
  ];
}

/** The mappings among what may be written at a key, each by what names it. */
function alternativesOf(schema: Schema | undefined, definitions: Definitions): readonly Schema[] {
  if (schema === undefined) return [];
  const whole = resolved(schema, definitions);
  const forms = whole.anyOf ?? whole.oneOf;
  if (forms === undefined) return whole.properties === undefined ? [] : [whole];
  // A union of forms that has a description of its own is one type in several forms, such as AutoML's tasks.
  return forms.flatMap((form) =>
    alternativesOf(form, definitions).map((one) => ({
      ...one,
      description: one.description ?? whole.description ?? "",
    })),
  );
}

/** One section for each type; a type of several forms, such as AutoML's tasks, has one section for all of them. */
function sectionsByType(
  forms: readonly Schema[],
  definitions: Definitions,
  notesOf: (type: string) => readonly string[],
): readonly Section[] {
  const byType = new Map<string, Schema[]>();
  for (const form of forms) {
    const { type } = form.properties ?? {};
    const { const: only, enum: several } = type === undefined ? {} : resolved(type, definitions);
    const word = only ?? (several?.length === 1 ? several[0] : undefined);
    if (typeof word !== "string") throw new Error(`A form has no type: ${form.description ?? "without description"}`);
    byType.set(word, [...(byType.get(word) ?? []), form]);
  }
  return [...byType].map(([type, same]) => {
    const [first = {}, ...others] = same;
    const schema = others.length === 0 ? first : { description: first.description ?? "", anyOf: same };
    return { title: `\`${type}\``, schema, notes: notesOf(type) };
  });
}
