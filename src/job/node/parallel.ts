import * as z from "zod";
import { defined } from "../../azure/defined.ts";
import { checkShape, exactly, integer, oneOf, shape, text } from "../../yaml/shape.ts";
import { valueAt } from "../../yaml/source.ts";
import { isMapping } from "../../yaml/wording.ts";
import { checkBindings } from "../parts/bindings.ts";
import { assetsOfCode, codeSchema, readCode, toCodeId } from "../parts/code.ts";
import { computeSchema } from "../parts/compute.ts";
import { assetOfEnvironment, jobEnvironmentSchema, readEnvironment, toEnvironmentId } from "../parts/environment.ts";
import { identitySchema, toIdentity } from "../parts/identity.ts";
import type { PartReader } from "../parts/read-part.ts";
import { resourcesSchema, toResources } from "../parts/resources.ts";
import { readVariables, secretsOfVariables, toVariables, variablesSchema } from "../parts/variables.ts";
import { readerWithin, usesWithin } from "../parts/within.ts";
import { bindable, bindableMembers, nodeKeys, readComponentNode, toPipelineNode } from "./base.ts";
import { componentKeys, prefixed, readNamedComponent, type NamedComponent, toComponent } from "./component.ts";
import { readInlineIo, toInlineNode } from "./inline.ts";
import { isBinding } from "./io.ts";
import {
  withPlaces,
  type Component,
  type ComponentDefaults,
  type ComponentSource,
  type NodeIds,
  type NodeReader,
  type NodeType,
  type PipelineNode,
} from "./kind.ts";
import { inputPortsSchema, outputPortsSchema, readInputPorts, readOutputPorts } from "./ports.ts";
import { snakeCased, withoutEmpty } from "./wire.ts";

const taskSchema = () =>
  z.strictObject({
    type: oneOf(["run_function", "model", "function"]),
    code: codeSchema(),
    entry_script: text().optional(),
    program_arguments: text().optional(),
    model: text().optional(),
    append_row_to: text().optional().describe("Output that the results of all mini-batches are put into."),
    environment: jobEnvironmentSchema().optional(),
  });

/** What decides how the input is cut up, and what becomes of errors. */
const batchKeys = () => ({
  task: taskSchema().optional(),
  mini_batch_size: z
    .union([text(), z.number().int()])
    .optional()
    .describe("Files, or bytes of a table, in one mini-batch: 10, 100kb, 10mb, 1gb."),
  partition_keys: z.array(text()).optional(),
  input_data: text().optional().describe("The input that is cut into mini-batches: ${{inputs.NAME}}."),
  logging_level: bindable(exactly(["DEBUG", "INFO", "WARNING"])).optional(),
  retry_settings: z
    .strictObject({ timeout: bindable(integer()).optional(), max_retries: bindable(integer()).optional() })
    .optional(),
  max_concurrency_per_instance: bindable(integer()).optional(),
  error_threshold: bindable(integer()).optional(),
  mini_batch_error_threshold: bindable(integer()).optional(),
});

const nodeSchema = shape(() =>
  z.strictObject({
    $schema: text().optional(),
    type: oneOf(["parallel"]).optional(),
    component: z.union([text(), z.record(z.string(), z.unknown())]).optional(),
    ...nodeKeys(),
    ...batchKeys(),
    compute: computeSchema(),
    resources: bindableMembers(resourcesSchema()).optional(),
    environment_variables: variablesSchema().optional(),
    identity: identitySchema().optional(),
  }),
);

const componentSchema = shape(() =>
  z
    .strictObject({
      ...componentKeys(),
      type: oneOf(["parallel"]),
      inputs: inputPortsSchema().optional(),
      outputs: outputPortsSchema().optional(),
      ...batchKeys(),
      resources: resourcesSchema().optional(),
    })
    .describe("An az ml parallel component."),
);

type Batch = z.infer<z.ZodObject<ReturnType<typeof batchKeys>>>;

type Task = Required<ComponentDefaults>["task"];

/** The task: its members, and the assets that it is made of, by places counted from `task`. */
function readTask(task: Batch["task"], outer: PartReader, addProblems: NodeReader["addProblems"]) {
  if (task === undefined) return undefined;
  const reader = readerWithin(outer, ["task"]);
  const code = task.code === undefined ? undefined : readCode(task.code, reader);
  const { environment, problems } =
    task.environment === undefined ? { environment: undefined, problems: [] } : readEnvironment(task, reader);
  addProblems(problems);
  if (task.environment === undefined)
    reader.add("missing-key", [], 'The key "environment" is missing.', "Add environment to the task.");
  const own = [...assetsOfCode(code), ...(environment === undefined ? [] : [assetOfEnvironment(environment)])];
  const toMembers: Task = ({ idOf }) => {
    const ids = { idOf: (where: string) => idOf(`task.${where}`) };
    const codeId = toCodeId(code, ids);
    return defined({
      type: task.type,
      code: codeId === undefined ? undefined : prefixed(codeId),
      entry_script: task.entry_script,
      program_arguments: task.program_arguments,
      model: task.model,
      append_row_to: task.append_row_to,
      environment: environment === undefined ? undefined : prefixed(toEnvironmentId(ids)),
    });
  };
  return { assets: usesWithin(own, ["task"]), toMembers };
}

const units: Readonly<Record<string, number>> = { kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/** A number of files or bytes; a binding as it is. */
function miniBatchSize(written: string | number | undefined, { add }: PartReader): string | number | undefined {
  if (typeof written !== "string" || isBinding(written)) return written;
  const [, digits, unit = ""] = /^(\d+)([kmg]b)?$/i.exec(written) ?? [];
  if (digits !== undefined) return Number(digits) * (units[unit.toLowerCase()] ?? 1);
  add(
    "wrong-value",
    ["mini_batch_size"],
    `${JSON.stringify(written)} is not a size.`,
    "Write a number, or one with kb, mb or gb: 10mb.",
  );
  return undefined;
}

/** JSON as Python writes it. */
const jsonOfKeys = (keys: readonly string[]) => `[${keys.map((key) => JSON.stringify(key)).join(", ")}]`;

function batchMembers(batch: Batch, size: string | number | undefined) {
  return defined({
    mini_batch_size: size,
    partition_keys: batch.partition_keys && jsonOfKeys(batch.partition_keys),
    input_data: batch.input_data,
    logging_level: batch.logging_level,
    retry_settings: batch.retry_settings,
    max_concurrency_per_instance: batch.max_concurrency_per_instance,
    error_threshold: batch.error_threshold,
    mini_batch_error_threshold: batch.mini_batch_error_threshold,
  });
}

/** Members that the official client copies from a component to the step that runs it. */
const inherited = [
  "resources",
  "retry_settings",
  "input_data",
  "max_concurrency_per_instance",
  "mini_batch_error_threshold",
  "mini_batch_size",
  "partition_keys",
];

type Declared = z.infer<ReturnType<typeof nodeSchema>>;

function checkTexts(
  { task, input_data: input }: Batch,
  inputs: readonly string[],
  outputs: readonly string[],
  reader: PartReader,
): void {
  for (const [path, written] of [
    [["input_data"], input],
    [["task", "program_arguments"], task?.program_arguments],
    [["task", "append_row_to"], task?.append_row_to],
  ] as const) {
    if (written === undefined) continue;
    checkBindings(written, inputs, outputs, {
      ...reader,
      add: (code, _, ...rest) => reader.add(code, [...path], ...rest),
    });
  }
}

function read(reader: NodeReader): PipelineNode | undefined {
  const { node, addProblems } = reader;
  const { value, problems } = checkShape(nodeSchema, node);
  addProblems(problems);
  const written = valueAt(node);
  const namesComponent = isMapping(written) && Object.hasOwn(written, "component");
  const named = namesComponent ? readNamedComponent(reader, parallelNode) : undefined;
  if (value === undefined || (namesComponent && named === undefined)) return undefined;
  const task = readTask(value.task, reader, addProblems);
  if (named !== undefined) return ofComponent(value, named, task, reader);
  if (task === undefined) {
    reader.add("missing-key", [], 'The key "task" is missing.', "Add task, or name a component.");
    return undefined;
  }
  return inline(value, task, reader);
}

function ownMembers(value: Declared, reader: NodeReader): Readonly<Record<string, unknown>> {
  const resources = value.resources && toResources(value.resources);
  return defined({
    ...batchMembers(value, miniBatchSize(value.mini_batch_size, reader)),
    resources: resources && withoutEmpty(snakeCased(resources) as Record<string, unknown>),
    // In a step of its own the official client leaves the identity as it is written.
    identity:
      value.identity && (value.component === undefined ? value.identity : snakeCased(toIdentity(value.identity))),
  });
}

type ReadTask = NonNullable<ReturnType<typeof readTask>>;

function ofComponent(
  value: Declared,
  named: NamedComponent,
  task: ReadTask | undefined,
  reader: NodeReader,
): PipelineNode {
  const variables = readVariables(value.environment_variables ?? {}, reader);
  const defaults = named.is === "here" ? named.component.defaults : { members: {} };
  const members = {
    ...Object.fromEntries(Object.entries(defaults.members).filter(([key]) => inherited.includes(key))),
    ...ownMembers(value, reader),
  };
  const toTask = task?.toMembers ?? defaults.task;
  return toPipelineNode(
    readComponentNode("parallel", value, named, reader),
    {
      compute: value.compute,
      needsCompute: true,
      secrets: secretsOfVariables(variables),
      assets: task?.assets ?? defaults.taskAssets ?? [],
      toMembers: (ids: NodeIds) => ({
        ...members,
        task: toTask?.(ids),
        environment_variables: toVariables(variables, ids),
      }),
    },
    reader,
  );
}

function inline(value: Declared, task: ReadTask, reader: NodeReader): PipelineNode {
  const io = readInlineIo(value, reader);
  checkTexts(value, Object.keys(io.inputs), Object.keys(io.outputs), reader);
  const variables = readVariables(value.environment_variables ?? {}, reader);
  const members = ownMembers(value, reader);
  const size = members["mini_batch_size"];
  // Of what describes the step the official client sends nothing.
  const { display_name: displayName, tags: _, ...kept } = value;
  const { node } = toInlineNode(
    "parallel",
    kept,
    io,
    {
      parts: task.assets,
      toSpec: (ids) => ({
        ...componentBatch(value, typeof size === "number" ? size : undefined),
        task: task.toMembers(ids),
      }),
    },
    {
      compute: value.compute,
      needsCompute: true,
      secrets: secretsOfVariables(variables),
      assets: task.assets,
      toMembers: (ids) => ({
        ...members,
        mini_batch_size: size ?? 0,
        task: task.toMembers(ids),
        environment_variables: toVariables(variables, ids),
      }),
    },
    reader,
  );
  return { ...node, ...defined({ displayName }) };
}

/** Members that a component of its own can have only as values, never bound to what stands around a step. */
const fixed = [
  "partition_keys",
  "logging_level",
  "max_concurrency_per_instance",
  "error_threshold",
  "mini_batch_error_threshold",
  "resources",
];

/** A component's text has the size as text; a mapping with one bound member is left to the step. */
function componentBatch(
  batch: Batch & { readonly resources?: Readonly<Record<string, unknown>> | undefined },
  size: number | undefined,
): Readonly<Record<string, unknown>> {
  const isBound = (value: unknown) =>
    isBinding(value) || (typeof value === "object" && value !== null && Object.values(value).some(isBinding));
  const members = { ...batchMembers(batch, undefined), resources: batch.resources };
  return {
    ...Object.fromEntries(Object.entries(members).filter(([key, value]) => !fixed.includes(key) || !isBound(value))),
    mini_batch_size: String(size ?? 0),
  };
}

function readComponent(reader: NodeReader, source: ComponentSource): Component | undefined {
  const { node, addProblems } = reader;
  const { value, problems } = checkShape(componentSchema, node);
  addProblems(problems);
  if (value === undefined) return undefined;
  const inputs = readInputPorts(value.inputs ?? {}, reader);
  const outputs = readOutputPorts(value.outputs ?? {}, reader);
  const task = readTask(value.task, reader, addProblems);
  checkTexts(value, Object.keys(inputs), Object.keys(outputs), reader);
  const size = miniBatchSize(value.mini_batch_size, reader);
  const { resources } = value;
  const parts = task?.assets ?? [];
  return toComponent(
    "parallel",
    value,
    source,
    {
      inputs,
      outputs,
      parts,
      toSpec: (ids) => ({
        ...componentBatch(value, typeof size === "number" ? size : undefined),
        task: task?.toMembers(ids),
      }),
      defaults: {
        members: defined({
          ...batchMembers(value, size ?? 0),
          resources: resources && withoutEmpty(snakeCased(toResources(resources)) as Record<string, unknown>),
        }),
        ...defined({ task: task?.toMembers, taskAssets: parts.length === 0 ? undefined : withPlaces(parts, node) }),
      },
    },
    reader,
  );
}

/** A step that cuts its input into mini-batches and works on them on several machines. */
export const parallelNode: NodeType = {
  name: "parallel",
  schema: nodeSchema,
  read,
  component: { schemaName: "parallelComponent", schema: componentSchema, read: readComponent },
};
