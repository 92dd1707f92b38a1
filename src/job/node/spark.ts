import * as z from "zod";
import { defined } from "../../azure/defined.ts";
import { checkShape, oneOf, shape, text } from "../../yaml/shape.ts";
import { own } from "../../yaml/own.ts";
import { valueAt } from "../../yaml/source.ts";
import { isMapping } from "../../yaml/wording.ts";
import { checkSections } from "../parts/bindings.ts";
import { toCodeId } from "../parts/code.ts";
import { computeSchema } from "../parts/compute.ts";
import { toEnvironmentId } from "../parts/environment.ts";
import { identitySchema, toIdentity } from "../parts/identity.ts";
import type { PartReader } from "../parts/read-part.ts";
import { confSchema, readStepConf, readWholeConf, withoutOff, type StepConf } from "../parts/spark-conf.ts";
import { entrySchema, readEntry } from "../parts/spark-entry.ts";
import { checkSparkPlace } from "../parts/spark-place.ts";
import { readSparkResources, sparkResourcesSchema } from "../parts/spark-resources.ts";
import {
  argsSchema,
  assetsOfSparkWork,
  readSparkLists,
  readSparkWork,
  sparkListKeys,
  sparkWorkKeys,
  type SparkWork,
} from "../parts/spark-work.ts";
import { nodeKeys, readComponentNode, toPipelineNode } from "./base.ts";
import {
  componentKeys,
  prefixed,
  readNamedComponent,
  toComponent,
  warnOfComponentKeys,
  type NamedComponent,
} from "./component.ts";
import { readInlineIo, textsOf, toInlineNode } from "./inline.ts";
import { isBinding, type NodeInputs, type NodeOutputs } from "./io.ts";
import {
  type Component,
  type ComponentSource,
  type NodeIds,
  type NodeReader,
  type NodeType,
  type PipelineNode,
} from "./kind.ts";
import { inputPortsSchema, outputPortsSchema, readInputPorts, readOutputPorts, type Ports } from "./ports.ts";
import { snakeCased } from "./wire.ts";

/** Where a step runs, and as whom. */
const placeKeys = () => ({
  compute: computeSchema().describe("azureml:NAME of an attached Synapse Spark pool; or resources in its place."),
  resources: sparkResourcesSchema().optional(),
  identity: identitySchema().optional(),
  services: z.record(z.string(), z.unknown()).optional(),
});

const inlineSchema = shape(() =>
  z.strictObject({
    $schema: text().optional(),
    type: oneOf(["spark"]),
    ...nodeKeys(),
    ...sparkWorkKeys(),
    conf: confSchema().optional(),
    ...placeKeys(),
  }),
);

/** What a step says of a component that is in Azure; one that is known here says it itself. */
const ofComponent = ["code", "entry", "args", "py_files", "jars", "files", "archives", "environment"] as const;

const componentNodeSchema = shape(() =>
  z.strictObject({
    type: oneOf(["spark"]).optional(),
    ...nodeKeys(),
    component: z.union([text(), z.record(z.string(), z.unknown())]),
    code: z.unknown().optional(),
    environment: z.unknown().optional(),
    entry: entrySchema().optional(),
    args: argsSchema(),
    ...sparkListKeys(),
    conf: confSchema().optional(),
    ...placeKeys(),
  }),
);

const componentSchema = shape(() =>
  z
    .strictObject({
      ...componentKeys(),
      type: oneOf(["spark"]),
      inputs: inputPortsSchema().optional(),
      outputs: outputPortsSchema().optional(),
      ...sparkWorkKeys(),
      conf: confSchema().optional(),
      properties: z.record(z.string(), z.unknown()).optional(),
      additional_includes: z.array(text()).optional().describe("Files and folders that are put beside the code."),
    })
    .describe("An az ml Spark component."),
);

type Declared = z.infer<ReturnType<typeof inlineSchema>> | z.infer<ReturnType<typeof componentNodeSchema>>;

function read(reader: NodeReader): PipelineNode | undefined {
  const { node, addProblems } = reader;
  const written = valueAt(node);
  if (!isMapping(written) || !Object.hasOwn(written, "component")) return readInline(reader);
  const { value, problems } = checkShape(componentNodeSchema, node);
  addProblems(problems);
  const named = readNamedComponent(reader, sparkNode);
  return value === undefined || named === undefined ? undefined : readWithComponent(value, named, reader);
}

function readInline(reader: NodeReader): PipelineNode | undefined {
  const { node, addProblems } = reader;
  const { value, problems } = checkShape(inlineSchema, node);
  addProblems(problems);
  if (value === undefined) return undefined;
  const io = readInlineIo(value, reader);
  const names = { inputs: Object.keys(io.inputs), outputs: Object.keys(io.outputs) };
  const { work, problems: ofWork } = readWork(value, names, reader);
  addProblems(ofWork);
  const conf = readWholeConf(value.conf ?? {}, {}, reader);
  checkModes(io.inputs, "inputs", {}, reader);
  checkModes(io.outputs, "outputs", {}, reader);
  const placed = readPlace(value, reader);
  if (work === undefined) return undefined;
  const { description, tags, properties } = value;
  const members = { ...workMembers(work), conf };
  return toInlineNode(
    "spark",
    value,
    io,
    {
      ...defined({ description, properties: properties && textsOf(properties) }),
      tags,
      parts: assetsOfSparkWork(work),
      toSpec: (ids) => ({ ...specOfWork(work, ids), conf, properties }),
    },
    { ...placed, toMembers: () => ({ ...placed.members, ...members }) },
    reader,
  ).node;
}

function readWithComponent(
  value: z.infer<ReturnType<typeof componentNodeSchema>>,
  named: NamedComponent,
  reader: NodeReader,
): PipelineNode | undefined {
  const component = readComponentNode("spark", value, named, reader);
  const placed = readPlace(value, reader);
  const known = named.is === "here" ? named.component : undefined;
  checkModes(component.inputs, "inputs", known?.inputs, reader);
  checkModes(component.outputs, "outputs", known?.outputs, reader);
  const members = known === undefined ? membersBesideAzure(value, reader) : membersBeside(value, known, reader);
  return toPipelineNode(component, { ...placed, toMembers: () => ({ ...placed.members, ...members }) }, reader);
}

/** Of a component that is known here the step says nothing anew but settings. */
function membersBeside(
  value: z.infer<ReturnType<typeof componentNodeSchema>>,
  { defaults }: Component,
  reader: NodeReader,
): Readonly<Record<string, unknown>> {
  warnOfComponentKeys(value, ofComponent, reader);
  const inherited = (defaults.members["conf"] ?? {}) as StepConf;
  return { ...defaults.members, conf: readWholeConf(value.conf ?? {}, inherited, reader) };
}

function membersBesideAzure(
  value: z.infer<ReturnType<typeof componentNodeSchema>>,
  reader: NodeReader,
): Readonly<Record<string, unknown>> {
  for (const key of ["code", "environment"] as const)
    if (value[key] !== undefined)
      reader.add("unused-key", [key], `${key} is not sent: the component has its own.`, "Remove it.", "warning");
  const { entry, args } = value;
  const file = entry === undefined ? undefined : readEntry(entry, { from: "reference", id: "" }, reader);
  return {
    ...readSparkLists(value, reader),
    ...defined({ args, entry: file && entryOfStep(file) }),
    conf: readStepConf(value.conf ?? {}, reader),
  };
}

/** The folder of the file, where a component or a step names no code: that is the official client's rule here alone. */
function readWork(
  value: Parameters<typeof readSparkWork>[0],
  names: Parameters<typeof readSparkWork>[1],
  reader: PartReader,
  includes?: readonly string[],
) {
  checkSections(value.args ?? "", names.inputs, reader, "args");
  return readSparkWork({ ...value, code: value.code ?? "." }, names, reader, includes);
}

function specOfWork(work: SparkWork, ids: Pick<NodeIds, "idOf">): Readonly<Record<string, unknown>> {
  const code = toCodeId(work.code, ids);
  return {
    code: code === undefined ? undefined : prefixed(code),
    entry: { file: work.entry },
    ...work.lists,
    args: work.args,
    environment: work.environment === undefined ? undefined : prefixed(toEnvironmentId(ids)),
  };
}

const entryOfStep = (file: string) => ({ file, spark_job_entry_type: "SparkJobPythonEntry" });

/** What a step repeats of its component. */
function workMembers({ entry, lists, args }: SparkWork): Readonly<Record<string, unknown>> {
  return { entry: entryOfStep(entry), ...lists, ...defined({ args }) };
}

/** A pool, or nodes of its own; the pipeline's default compute is none for Spark. */
function readPlace(value: Declared, reader: NodeReader) {
  const { compute, resources, identity } = value;
  checkSparkPlace({ compute, resources }, "step", reader);
  if (value.services !== undefined)
    reader.add("not-sent", ["services"], "Azure ML starts no services beside Spark.", "Remove it.", "warning");
  const bound = resources !== undefined && Object.values(resources).some(isBinding);
  const given = resources === undefined || bound ? undefined : readSparkResources(resources, reader);
  const sent = bound
    ? resources
    : given && { ...(snakeCased(given) as object), ...spelling(value, given.instanceType) };
  const who = identity ?? ({ type: compute === undefined ? "user_identity" : "managed" } as const);
  return {
    compute,
    needsCompute: false,
    bindings: bound
      ? Object.entries(resources).flatMap(([key, text]) =>
          isBinding(text) ? [{ path: ["resources", key], text }] : [],
        )
      : [],
    members: defined({ resources: sent, identity: snakeCased(toIdentity(who)) }),
  };
}

/** The official client writes the size in small letters where the step names a component. */
function spelling(value: Declared, size: string): object {
  return { instance_type: Object.hasOwn(value, "component") ? size.toLowerCase() : size };
}

/** Spark reads and writes by address: what is bound, and what a component says, has a mode of its own. */
function checkModes(
  given: NodeInputs | NodeOutputs,
  section: "inputs" | "outputs",
  ports: Ports | undefined,
  { add }: PartReader,
): void {
  for (const [name, one] of Object.entries<NodeInputs[string] | NodeOutputs[string]>(given)) {
    // The job's own artifacts are left to the service.
    if (one.kind !== "data" || one.mode === "Direct" || (section === "outputs" && name === "default")) continue;
    if (ports === undefined || own(ports, name)?.mode === "direct") continue;
    const message = `Spark reads and writes ${section} by their address: the only mode is direct.`;
    const path = one.mode === undefined ? [section, name] : [section, name, "mode"];
    add("wrong-mode", path, message, one.mode === undefined ? "Add mode: direct." : "Use mode: direct.");
  }
}

function readComponent(reader: NodeReader, source: ComponentSource): Component | undefined {
  const { node, addProblems } = reader;
  const { value, problems } = checkShape(componentSchema, node);
  addProblems(problems);
  if (value === undefined) return undefined;
  const inputs = readInputPorts(value.inputs ?? {}, reader);
  const outputs = readOutputPorts(value.outputs ?? {}, reader);
  const names = { inputs: Object.keys(inputs), outputs: Object.keys(outputs) };
  const { work, problems: ofWork } = readWork(value, names, reader, value.additional_includes ?? []);
  addProblems(ofWork);
  const conf = withoutOff(readStepConf(value.conf ?? {}, reader));
  if (work === undefined) return undefined;
  const { properties, additional_includes } = value;
  return toComponent(
    "spark",
    value,
    source,
    {
      inputs,
      outputs,
      properties,
      parts: assetsOfSparkWork(work),
      toSpec: (ids) => ({ ...specOfWork(work, ids), conf, properties, additional_includes }),
      defaults: { members: { ...workMembers(work), conf } },
    },
    reader,
  );
}

/** A step that runs on Spark. */
export const sparkNode: NodeType = {
  name: "spark",
  schema: shape(() => z.union([inlineSchema(), componentNodeSchema()])),
  read,
  component: { schemaName: "sparkComponent", schema: componentSchema, read: readComponent },
};
