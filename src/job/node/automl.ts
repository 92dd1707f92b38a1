import * as z from "zod";
import { defined } from "../../azure/defined.ts";
import { pythonMapping } from "../../yaml/python-text.ts";
import { checkShape, oneOf, shape, text } from "../../yaml/shape.ts";
import { valueAt } from "../../yaml/source.ts";
import { suggestionFor } from "../../yaml/suggestion.ts";
import { isMapping, listed } from "../../yaml/wording.ts";
import { assetsOfTables, dataSchema, readTables } from "../automl/data.ts";
import type { Task } from "../automl/task.ts";
import { taskNamed, tasks } from "../automl/tasks.ts";
import { computeSchema, readCompute } from "../parts/compute.ts";
import { readVariables, secretsOfVariables, toVariables, variablesSchema } from "../parts/variables.ts";
import { nodeKeys, type DeclaredNode } from "./base.ts";
import { bindableWithin, bindingsIn, withoutBindings } from "./bound.ts";
import { componentKeys, prefixed, toComponent } from "./component.ts";
import { addressesOfNodeOutputs, bindingsOf, isBinding, readNodeOutputs, toNodeOutputs } from "./io.ts";
import type { Component, ComponentSource, NodeReader, NodeType, PipelineNode } from "./kind.ts";
import { inputPortsSchema, outputPortsSchema, readInputPorts, readOutputPorts } from "./ports.ts";
import { withoutEmpty } from "./wire.ts";

/** The tables of a step are bound to what stands around it, or are named as those of a job. */
const tableKeys = ["training_data", "validation_data", "test_data"] as const;

const tableSchema = () => z.union([dataSchema(), text()]);

/** Keys of a job that a step has in another form, or not at all. */
const ofJobAlone = ["name", "id", "status", "creation_context", "log_files", "parameters", "parent_job_name"];

/** The keys of a task's step: those of its job, each of whose values may be bound. */
const schemaOf = (task: Task) => {
  const { inputs: _, comment: __, ...common } = nodeKeys();
  const ofJob = Object.fromEntries(
    Object.entries(task.schema().shape).flatMap(([key, member]): [string, z.ZodType][] => {
      if (ofJobAlone.includes(key) || Object.hasOwn(common, key)) return [];
      if ((tableKeys as readonly string[]).includes(key))
        return [[key, key === "training_data" ? tableSchema() : tableSchema().optional()]];
      return [[key, bindableWithin(member as z.ZodType)]];
    }),
  );
  return z.strictObject({
    ...ofJob,
    ...common,
    compute: computeSchema(),
    environment_variables: variablesSchema().optional(),
  });
};

const schemas = new Map(tasks.map((task) => [task.task, shape(() => schemaOf(task))]));

type Declared = DeclaredNode & {
  readonly compute?: string | undefined;
  readonly environment_variables?: z.infer<ReturnType<typeof variablesSchema>> | undefined;
} & Readonly<Record<string, unknown>>;

function read(reader: NodeReader): PipelineNode | undefined {
  const { node, addProblems, add } = reader;
  const written = valueAt(node, ["task"]);
  const task = typeof written === "string" ? taskNamed(written) : undefined;
  const schema = task === undefined ? undefined : schemas.get(task.task);
  if (task === undefined || schema === undefined) {
    const known = tasks.map((one) => one.task);
    if (written === undefined) add("missing-key", [], 'The key "task" is missing.', `Add task: ${listed(known)}.`);
    else
      add(
        "wrong-value",
        ["task"],
        `${JSON.stringify(written)} is not a task of AutoML.${typeof written === "string" ? suggestionFor(written, known) : ""}`,
        `Use ${listed(known)}.`,
      );
    return undefined;
  }
  const { value: checked, problems } = checkShape(schema, {
    ...node,
    document: { ...node.document, value: withTask(node.document.value, node.path, task.task) },
  });
  addProblems(problems);
  if (checked === undefined) return undefined;
  // The shape of every task has the keys of all.
  const value = checked as unknown as Declared;
  task.toDetails(withoutBindings(value), reader);
  return toNode(task, value, reader);
}

function toNode(task: Task, value: Declared, reader: NodeReader): PipelineNode {
  const { compute, environment_variables: declaredVariables, outputs: declaredOutputs, ...rest } = value;
  const tables = readStepTables(task, value, reader);
  const outputs = readNodeOutputs(declaredOutputs ?? {}, reader);
  const variables = readVariables(declaredVariables ?? {}, reader);
  if (isBinding(compute))
    reader.add(
      "wrong-value",
      ["compute"],
      "The compute of an AutoML step is bound to an input, which az ml does not resolve.",
      "Name the compute; or remove the key, for the pipeline's default one.",
    );
  const named = compute === undefined || isBinding(compute) ? undefined : readCompute(compute);
  const settings = Object.fromEntries(
    Object.entries(rest).filter(([key]) => ![...tableKeys, "$schema", "name", "type", "task"].includes(key)),
  );
  const { tags, properties, ...own } = settings;
  const members = task.toStepMembers(
    own,
    { isWritten: (key) => valueAt(reader.node, key.split(".")) !== undefined },
    reader,
  );
  return {
    type: "automl",
    assets: assetsOfTables(tables.named),
    computes: named === undefined ? [] : [{ path: ["compute"], compute: named }],
    needsCompute: compute === undefined,
    secrets: secretsOfVariables(variables),
    addresses: addressesOfNodeOutputs(outputs),
    bindings: [...bindingsIn({ ...settings, ...tables.bound }, []), ...bindingsOf({}, outputs)],
    outputNames: Object.keys(outputs),
    // Whatever it is declared to be, the official client takes it for a table where another step is bound to it.
    outputOf: (name) => (Object.hasOwn(outputs, name) ? { type: "mltable" } : undefined),
    ...defined({ displayName: value.display_name }),
    toRequest: (name, ids) => ({
      ...defined(members),
      name,
      type: "automl",
      task: task.task,
      tags: tags ?? {},
      properties: properties ?? {},
      ...tables.bound,
      ...Object.fromEntries(
        Object.entries(tables.named).map(([key, { type }]) => [
          key,
          pythonMapping({ type, path: ids.idOf(key), ...tables.modes[key] }),
        ]),
      ),
      outputs: toNodeOutputs(outputs),
      ...toOwnForms(members),
      ...withoutEmpty({ environment_variables: toVariables(variables, ids) }),
      ...defined({ compute: named && prefixed(ids.computeIdOf(named)) }),
    }),
  };
}

/** Members that the official client completes. */
function toOwnForms({ resources, identity }: Readonly<Record<string, unknown>>): object {
  const isManaged = isMapping(identity) && identity["type"] === "managed";
  return {
    ...(isMapping(resources) ? { resources: { properties: {}, ...resources } } : {}),
    ...(isManaged ? { identity: { ...identity, type: "managed_identity" } } : {}),
  };
}

/** Tables that are bound go as they are; others are brought into the workspace like those of a job. */
function readStepTables(task: Task, value: Declared, reader: NodeReader) {
  const bound: Record<string, string> = {};
  const named: Record<string, z.infer<ReturnType<typeof dataSchema>>> = {};
  const modes: Record<string, { readonly mode?: string }> = {};
  for (const key of tableKeys) {
    const table = value[key];
    if (table === undefined || (key === "test_data" && task.hasTestData !== true)) continue;
    const wrong = (path: readonly string[], what: string) =>
      reader.add(
        "wrong-value",
        [key, ...path],
        what,
        `Write ${key}: \${{parent.inputs.NAME}}, and the table under the pipeline's inputs.`,
      );
    if (typeof table === "string") {
      bound[key] = table;
      if (!isBinding(table)) wrong([], `${JSON.stringify(table)} is not bound to anything of the pipeline.`);
    } else if (isMapping(table) && isBinding(table["path"])) wrong(["path"], `${key} is bound by its path alone.`);
    else {
      const { mode, ...data } = table as z.infer<ReturnType<typeof dataSchema>>;
      named[key] = data;
      modes[key] = defined({ mode });
      reader.add(
        "wrong-value",
        [key],
        `az ml sends the table of an AutoML step as text where it is named in the step itself; that the service reads it is not documented.`,
        `Write ${key}: \${{parent.inputs.NAME}}, and the table under the pipeline's inputs.`,
        "warning",
      );
    }
  }
  return { bound, modes, named: readTables(named, reader) };
}

/** The document with the task as az ml's word, which the shape asks for. */
function withTask(value: unknown, path: readonly (string | number)[], task: string): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return isMapping(value) ? { ...value, task } : value;
  if (Array.isArray(value))
    return value.map((item: unknown, index) => (index === key ? withTask(item, rest, task) : item));
  return isMapping(value) ? { ...value, [key]: withTask(value[key], rest, task) } : value;
}

const componentSchema = shape(() => {
  const [first = "", ...rest] = tasks.map(({ task }) => task);
  return z
    .strictObject({
      ...componentKeys(),
      type: oneOf(["automl"]),
      task: oneOf([first, ...rest]),
      inputs: inputPortsSchema().optional(),
      outputs: outputPortsSchema().optional(),
    })
    .describe("An az ml AutoML component.");
});

function readComponent(reader: NodeReader, source: ComponentSource): Component | undefined {
  const { node, addProblems } = reader;
  const { value, problems } = checkShape(componentSchema, node);
  addProblems(problems);
  if (value === undefined) return undefined;
  const inputs = readInputPorts(value.inputs ?? {}, reader);
  const outputs = readOutputPorts(value.outputs ?? {}, reader);
  const { task } = value;
  const toSpec = () => ({ task });
  return toComponent("automl", value, source, { inputs, outputs, toSpec, defaults: { members: {} } }, reader);
}

/** A step that lets AutoML look for the best model: its keys are those of an AutoML job, and it has no component. */
export const automlNode: NodeType = {
  name: "automl",
  schema: shape(() => {
    const [first, ...rest] = [...schemas.values()].map((schema) => schema());
    if (first === undefined) throw new Error("There is no task.");
    return z.discriminatedUnion("task", [first, ...rest]);
  }),
  read,
  component: { schemaName: "autoMLComponent", schema: componentSchema, read: readComponent },
};
