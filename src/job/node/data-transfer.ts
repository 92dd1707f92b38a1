import * as z from "zod";
import { defined } from "../../azure/defined.ts";
import { problemsAt } from "../../compute/problems-at.ts";
import type { AddProblem } from "../../compute/kind.ts";
import { checkShape, oneOf, shape, text } from "../../yaml/shape.ts";
import { own } from "../../yaml/own.ts";
import { valueAt } from "../../yaml/source.ts";
import { isMapping } from "../../yaml/wording.ts";
import { computeSchema } from "../parts/compute.ts";
import { nodeKeys, readComponentNode, toPipelineNode, type DeclaredNode } from "./base.ts";
import { bindingsIn } from "./bound.ts";
import { componentKeys, readNamedComponent, type NamedComponent, toComponent } from "./component.ts";
import { readInlineIo, toInlineNode } from "./inline.ts";
import type { Component, ComponentSource, NodeReader, NodeType, PipelineNode } from "./kind.ts";
import {
  inputPortsSchema,
  isLiteral,
  outputPortsSchema,
  readInputPorts,
  readOutputPorts,
  type Ports,
} from "./ports.ts";

/** Components of Azure's own registry, which the official client names for what a step imports or exports. */
const builtIn = (name: string) => `azureml://registries/azureml/components/${name}/versions/0.0.1`;

const copyModeSchema = () => oneOf(["merge_with_overwrite", "fail_if_conflict"]).optional();

const databaseSchema = () =>
  z.strictObject({
    type: oneOf(["database"]),
    connection: text().describe("azureml:NAME of a connection of the workspace, which holds the credentials."),
    query: text().optional(),
    table_name: text().optional(),
    stored_procedure: text().optional(),
    stored_procedure_params: z
      .array(z.strictObject({ name: text().optional(), value: text().optional(), type: text().optional() }))
      .optional(),
  });

const fileSystemSchema = () =>
  z.strictObject({
    type: oneOf(["file_system"]).default("file_system"),
    connection: text().describe("azureml:NAME of a connection of the workspace, which holds the credentials."),
    path: text().optional(),
  });

const isDatabase = (value: unknown) =>
  isMapping(value) && typeof value["type"] === "string" && value["type"].toLowerCase() === "database";

/** What lies outside of Azure ML: a database, or files behind an address. */
const outsideSchema = () => z.union([databaseSchema(), fileSystemSchema()]);

const stepKeys = () => ({
  $schema: text().optional(),
  type: oneOf(["data_transfer"]).optional(),
  ...nodeKeys(),
  component: z.union([text(), z.record(z.string(), z.unknown())]).optional(),
  compute: computeSchema().describe("azureml:NAME of a Data Factory compute, or azureml:serverless."),
});

const copySchema = shape(() =>
  z.strictObject({ ...stepKeys(), task: oneOf(["copy_data"]), data_copy_mode: copyModeSchema() }),
);
const importSchema = shape(() => {
  const { inputs: _, ...keys } = stepKeys();
  return z.strictObject({ ...keys, task: oneOf(["import_data"]), source: outsideSchema() });
});
const exportSchema = shape(() => {
  const { outputs: _, ...keys } = stepKeys();
  return z.strictObject({ ...keys, task: oneOf(["export_data"]), sink: outsideSchema() });
});

const tasks = ["copy_data", "import_data", "export_data"] as const;
type Task = (typeof tasks)[number];

/** The task decides which keys there are. */
function taskOf(reader: NodeReader): Task | undefined {
  const written = valueAt(reader.node, ["task"]);
  const task = tasks.find((one) => typeof written === "string" && one === written.toLowerCase());
  if (task === undefined)
    reader.add(
      written === undefined ? "missing-key" : "wrong-value",
      written === undefined ? [] : ["task"],
      written === undefined
        ? 'The key "task" is missing.'
        : `${JSON.stringify(written)} is not a task of a data transfer.`,
      `Write task: ${tasks.join(", ")}.`,
    );
  return task;
}

function read(reader: NodeReader): PipelineNode | undefined {
  switch (taskOf(reader)) {
    case "copy_data":
      return readCopy(reader);
    case "import_data":
      return readImport(reader);
    case "export_data":
      return readExport(reader);
    case undefined:
      return undefined;
  }
}

function readCopy(reader: NodeReader): PipelineNode | undefined {
  const { node, addProblems } = reader;
  const { value, problems } = checkShape(copySchema, node);
  addProblems(problems);
  const namesComponent = value?.component !== undefined;
  const named = namesComponent ? readNamedComponent(reader, dataTransferNode) : undefined;
  if (value === undefined || (namesComponent && named === undefined)) return undefined;
  const { compute, data_copy_mode: mode, description, tags } = value;
  const task = "copy_data";
  const ownPart = { compute, needsCompute: true };
  if (named !== undefined) {
    const inherited = named.is === "here" ? named.component.defaults.members : {};
    const members = { task, ...defined({ data_copy_mode: mode }), ...inherited };
    const component = readComponentNode("data_transfer", value, named, reader);
    return toPipelineNode(component, { ...ownPart, toMembers: () => members }, reader);
  }
  const io = readInlineIo(value, reader);
  const members = { task, ...defined({ data_copy_mode: mode }) };
  const { node: made } = toInlineNode(
    "data_transfer",
    value,
    io,
    { ...defined({ description }), tags, parts: [], toSpec: () => members },
    { ...ownPart, toMembers: () => members },
    reader,
  );
  return {
    ...made,
    problemsOfTypes: () => {
      const { found, add } = problemsAt(node);
      checkCopy(io.inputPorts(), io.outputPorts(), add);
      return found;
    },
  };
}

/** One input is copied as what it is; several come together in a folder. */
function checkCopy(inputs: Ports, outputs: Ports, add: AddProblem): void {
  const [input, ...others] = Object.entries(inputs);
  const [output, ...rest] = Object.entries(outputs);
  if (input === undefined)
    add("missing-key", ["inputs"], "There is nothing to copy.", "Add inputs: the data that are copied.");
  for (const [name, { type }] of Object.entries(inputs))
    if (isLiteral(type))
      add(
        "wrong-type",
        ["inputs", name],
        `The input ${JSON.stringify(name)} is a value.`,
        "Name data: only data can be copied.",
      );
  if (output === undefined || rest.length > 0) {
    const count = Object.keys(outputs).length;
    add(
      "wrong-value",
      ["outputs"],
      `copy_data has ${count} outputs.`,
      "Declare exactly one output: where the copy goes.",
    );
    return;
  }
  const [name, { type }] = output;
  const wanted = others.length > 0 ? "uri_folder" : input?.[1].type;
  if (wanted === undefined || isLiteral(wanted) || type === wanted) return;
  add(
    "wrong-type",
    ["outputs", name],
    others.length > 0
      ? `Several inputs are copied into one output, and ${JSON.stringify(name)} is of type ${type}.`
      : `The input is of type ${wanted}, and the output ${JSON.stringify(name)} of type ${type}.`,
    `Use type: ${wanted}.`,
  );
}

/** The component that a step names, or the one for it: a file is none, as with az ml. */
function componentOf(reader: NodeReader, task: Task, other: string): NamedComponent | undefined {
  const written = valueAt(reader.node, ["component"]);
  if (written === undefined) return { is: "in-azure", reference: other, source: "BUILTIN" };
  if (typeof written === "string" && /^(azureml:|\/subscriptions\/)./i.test(written))
    return readNamedComponent(reader, dataTransferNode);
  reader.add(
    "wrong-value",
    ["component"],
    `A step of the task ${task} takes no component that is written in a file or in its place.`,
    "Remove component; or register it, and write component: azureml:NAME:VERSION.",
  );
  return undefined;
}

/** How a step that reaches outside of Azure ML names the two ends of its way. */
type Way = {
  readonly task: "import_data" | "export_data";
  readonly outside: "source" | "sink";
  readonly section: "inputs" | "outputs";
  /** The only one of the section. */
  readonly inside: "source" | "sink";
  /** What the data inside are of: az ml's type, by what is outside. */
  readonly ofDatabase: string;
  readonly said: (from: string) => string;
};

const ways = {
  import_data: {
    task: "import_data",
    outside: "source",
    section: "outputs",
    inside: "sink",
    ofDatabase: "mltable",
    said: (from) => `What is imported from ${from} becomes data of type`,
  },
  export_data: {
    task: "export_data",
    outside: "sink",
    section: "inputs",
    inside: "source",
    ofDatabase: "uri_file",
    said: (to) => `What is exported to ${to} is of type`,
  },
} as const satisfies Readonly<Record<string, Way>>;

function readImport(reader: NodeReader): PipelineNode | undefined {
  const { value, problems } = checkShape(importSchema, reader.node);
  reader.addProblems(problems);
  return value && readWay(ways.import_data, value, value.source, value.outputs ?? {}, reader);
}

function readExport(reader: NodeReader): PipelineNode | undefined {
  const { value, problems } = checkShape(exportSchema, reader.node);
  reader.addProblems(problems);
  if (value === undefined) return undefined;
  const { sink } = value;
  if (!isDatabase(sink) && value.component === undefined)
    reader.add(
      "wrong-value",
      ["sink"],
      "Azure ML exports to databases, not to file systems.",
      "Use sink: { type: database, connection: azureml:NAME, table_name: NAME }; or write the files in a command step.",
    );
  return readWay(ways.export_data, value, sink, value.inputs ?? {}, reader);
}

function readWay(
  { task, outside, section, inside, ofDatabase, said }: Way,
  value: DeclaredNode & { readonly compute?: string | undefined },
  place: object,
  given: Readonly<Record<string, unknown>>,
  reader: NodeReader,
): PipelineNode | undefined {
  const ofFiles = task === "import_data" ? "import_data_file_system" : "export_data_database";
  const named = componentOf(reader, task, builtIn(isDatabase(place) ? `${task}_database` : ofFiles));
  checkOnly(section, inside, given, task, reader.add);
  const data = own(given, inside);
  const wanted = isDatabase(place) ? ofDatabase : "uri_folder";
  if (isMapping(data) && "type" in data && !isBound(data) && data["type"] !== wanted)
    reader.add(
      "wrong-type",
      [section, inside],
      `${said(isDatabase(place) ? "a database" : "files")} ${wanted}, and ${inside} is of type ${String(data["type"])}.`,
      `Use type: ${wanted}.`,
    );
  if (named === undefined) return undefined;
  return toPipelineNode(
    readComponentNode("data_transfer", value, named, reader),
    {
      compute: value.compute,
      needsCompute: true,
      bindings: bindingsIn(place, [outside]),
      toMembers: () => ({ task, [outside]: place }),
    },
    reader,
  );
}

const isBound = ({ path }: { readonly path?: unknown }) => typeof path === "string" && path.includes("${{");

function checkOnly(
  section: "inputs" | "outputs",
  only: string,
  given: Readonly<Record<string, unknown>>,
  task: Task,
  add: AddProblem,
): void {
  const names = Object.keys(given);
  if (names.length === 1 && names[0] === only) return;
  const what = section === "inputs" ? "input" : "output";
  add(
    names.length === 0 ? "missing-key" : "wrong-value",
    names.length === 0 ? [] : [section],
    `A step of the task ${task} has exactly one ${what}, ${only}${names.length === 0 ? "" : `; this one has ${names.join(", ")}`}.`,
    `Write ${section}: { ${only}: … }.`,
  );
}

const componentSchema = shape(() => {
  const keys = { ...componentKeys(), type: oneOf(["data_transfer"]) };
  const outside = () => z.strictObject({ type: oneOf(["database", "file_system"]) });
  return z.union([
    z
      .strictObject({
        ...keys,
        task: oneOf(["copy_data"]),
        inputs: inputPortsSchema().optional(),
        outputs: outputPortsSchema().optional(),
        data_copy_mode: copyModeSchema(),
      })
      .describe("An az ml data transfer component."),
    z.strictObject({
      ...keys,
      task: oneOf(["import_data"]),
      source: outside(),
      outputs: outputPortsSchema().default({ sink: { type: "mltable" } }),
    }),
    z.strictObject({ ...keys, task: oneOf(["export_data"]), sink: outside(), inputs: inputPortsSchema() }),
  ]);
});

function readComponent(reader: NodeReader, source: ComponentSource): Component | undefined {
  const { node, addProblems, add } = reader;
  if (taskOf(reader) === undefined) return undefined;
  const { value, problems } = checkShape(componentSchema, node);
  addProblems(problems);
  if (value === undefined) return undefined;
  const inputs = "inputs" in value ? readInputPorts(value.inputs ?? {}, reader) : {};
  const outputs = "outputs" in value ? readOutputPorts(value.outputs ?? {}, reader) : {};
  const members = defined({
    task: value.task,
    data_copy_mode: "data_copy_mode" in value ? value.data_copy_mode : undefined,
    source: "source" in value ? value.source : undefined,
    sink: "sink" in value ? value.sink : undefined,
  });
  if (value.task === "copy_data") checkCopy(inputs, outputs, add);
  else if (value.task === "import_data") checkOnly("outputs", "sink", outputs, value.task, add);
  else checkOnly("inputs", "source", inputs, value.task, add);
  const toSpec = () => members;
  return toComponent("data_transfer", value, source, { inputs, outputs, toSpec, defaults: { members } }, reader);
}

/** A step that brings data from one place to another. */
export const dataTransferNode: NodeType = {
  name: "data_transfer",
  schema: shape(() => z.union([copySchema(), importSchema(), exportSchema()])),
  read,
  component: { schemaName: "dataTransferComponent", schema: componentSchema, read: readComponent },
};
