import * as z from "zod";
import { defined } from "../../azure/defined.ts";
import { checkShape, integer, oneOf, shape, text } from "../../yaml/shape.ts";
import { own } from "../../yaml/own.ts";
import { valueAt } from "../../yaml/source.ts";
import { isMapping } from "../../yaml/wording.ts";
import { checkBindings, checkSections, withoutMarks } from "../parts/bindings.ts";
import { assetsOfCode, codeSchema, readCode, readCodeWith, toCodeId, type JobCode } from "../parts/code.ts";
import { computeSchema } from "../parts/compute.ts";
import { distributionSchema, toDistribution } from "../parts/distribution.ts";
import {
  assetOfEnvironment,
  jobEnvironmentSchema,
  readEnvironment,
  shortCutKeys,
  toEnvironmentId,
} from "../parts/environment.ts";
import { identitySchema, toIdentity } from "../parts/identity.ts";
import type { JobInput } from "../parts/inputs.ts";
import { readLimits, toLimits } from "../parts/limits.ts";
import { oneMachine } from "../parts/one-machine.ts";
import { keptHere } from "../parts/outputs.ts";
import { queueSchema, toQueueSettings } from "../parts/queue.ts";
import { resourcesSchema, toResources } from "../parts/resources.ts";
import { checkServices, servicesSchema, toServices } from "../parts/services.ts";
import { readVariables, secretsOfVariables, toVariables, variablesSchema, type Variables } from "../parts/variables.ts";
import { bindable, bindableMembers, nodeKeys, readComponentNode, toPipelineNode } from "./base.ts";
import {
  componentKeys,
  prefixed,
  readNamedComponent,
  toComponent,
  warnOfComponentKeys,
  type NamedComponent,
} from "./component.ts";
import { readInlineIo, toInlineNode } from "./inline.ts";
import { isBinding, type NodeInputs, type NodeOutputs } from "./io.ts";
import {
  type Component,
  type ComponentSource,
  type ComponentType,
  type NodeReader,
  type NodeType,
  type PipelineNode,
} from "./kind.ts";
import { inputPortsSchema, outputPortsSchema, readInputPorts, readOutputPorts } from "./ports.ts";
import { snakeCased, withoutEmpty } from "./wire.ts";

/** What of a step is its own, whatever its component is. */
const ownKeys = () => ({
  type: oneOf(["command"]).optional(),
  ...nodeKeys(),
  compute: computeSchema(),
  resources: bindableMembers(resourcesSchema()).optional(),
  distribution: distributionSchema().optional(),
  limits: z.strictObject({ timeout: bindable(integer()).optional().describe("Seconds.") }).optional(),
  environment_variables: variablesSchema().optional(),
  services: servicesSchema().optional(),
  identity: identitySchema().optional(),
  queue_settings: queueSchema().optional(),
});

const inlineSchema = shape(() =>
  z.strictObject({
    $schema: text().optional(),
    ...ownKeys(),
    command: text(),
    code: codeSchema(),
    environment: jobEnvironmentSchema().optional(),
    ...shortCutKeys(),
  }),
);

/** What a step that names a component may say and az ml does nothing with. */
const ofComponentAlone = ["command", "code", "environment"] as const;

const componentNodeSchema = shape(() =>
  z.strictObject({
    ...ownKeys(),
    component: z.union([text(), z.record(z.string(), z.unknown())]),
    ...Object.fromEntries(ofComponentAlone.map((key) => [key, z.unknown().optional()])),
  }),
);

const componentSchema = shape(() =>
  z
    .strictObject({
      ...componentKeys(),
      type: oneOf(["command"]).optional(),
      inputs: inputPortsSchema().optional(),
      outputs: outputPortsSchema().optional(),
      command: text(),
      code: codeSchema(),
      environment: jobEnvironmentSchema().optional(),
      resources: resourcesSchema().optional(),
      distribution: distributionSchema().optional(),
      properties: z.record(z.string(), z.unknown()).optional(),
      additional_includes: z.array(text()).optional().describe("Files and folders that are put beside the code."),
      ...shortCutKeys(),
    })
    .describe("An az ml command component."),
);

type DeclaredNode = z.infer<ReturnType<typeof componentNodeSchema>> | z.infer<ReturnType<typeof inlineSchema>>;

type OwnParts = {
  readonly resources?: unknown;
  readonly distribution?: unknown;
};

/** Members of a step's request that are in ARM's shape, in Python's spelling. */
function ownMembers(value: DeclaredNode, defaults: Readonly<Record<string, unknown>>, reader: NodeReader) {
  const { timeout } = value.limits ?? {};
  const limits =
    value.limits === undefined
      ? undefined
      : isBinding(timeout)
        ? { jobLimitsType: "Command", timeout }
        : toLimits(readLimits(timeout === undefined ? {} : { timeout: Number(timeout) }, reader), "Command");
  checkServices(value.services ?? {}, reader);
  const resources = value.resources === undefined ? undefined : snakeCased(toResources(value.resources));
  const own: OwnParts = defined({
    resources: resources === undefined ? undefined : withoutEmpty(resources as Record<string, unknown>),
    distribution: value.distribution && snakeCased(toDistribution(value.distribution)),
  });
  return defined({
    resources: own.resources ?? defaults["resources"],
    distribution: own.distribution ?? defaults["distribution"],
    limits: limits && snakeCased(limits),
    services: value.services && snakeCased(toServices(value.services)),
    identity: value.identity && snakeCased(toIdentity(value.identity)),
    queue_settings: value.queue_settings && snakeCased(toQueueSettings(value.queue_settings)),
  });
}

function read(reader: NodeReader): PipelineNode | undefined {
  const { node, addProblems } = reader;
  const written = valueAt(node);
  if (isMapping(written) && Object.hasOwn(written, "component")) {
    const { value, problems } = checkShape(componentNodeSchema, node);
    addProblems(problems);
    const named = readNamedComponent(reader, commandNode);
    if (value === undefined || named === undefined) return undefined;
    return ofComponent(value, named, reader);
  }
  const { value, problems } = checkShape(inlineSchema, node);
  addProblems(problems);
  if (value === undefined) return undefined;
  const { environment, problems: ofEnvironment } = readEnvironment(value, reader);
  addProblems(ofEnvironment);
  const code = value.code === undefined ? undefined : readCode(value.code, reader);
  const io = readInlineIo(value, reader);
  const { inputs, outputs } = io;
  checkCommand(value.command, Object.keys(inputs), Object.keys(outputs), reader);
  if (environment === undefined) return undefined;
  const variables = readVariables(value.environment_variables ?? {}, reader);
  const members = ownMembers(value, {}, reader);
  const { description, tags, resources, distribution } = value;
  const { node: made, component } = toInlineNode(
    "command",
    value,
    io,
    {
      ...defined({ description }),
      tags,
      parts: [...assetsOfCode(code), assetOfEnvironment(environment)],
      toSpec: (ids) => ({ command: value.command, ...codeAndEnvironment(code, ids), resources, distribution }),
      runs: { command: value.command, environment, ...defined({ code }) },
    },
    {
      compute: value.compute,
      needsCompute: true,
      secrets: secretsOfVariables(variables),
      toMembers: (ids) => ({ ...members, environment_variables: toVariables(variables, ids) }),
    },
    reader,
  );
  return { ...made, ...runsOf(component, { inputs, outputs, variables, value }) };
}

function checkCommand(
  command: string,
  inputs: readonly string[],
  outputs: readonly string[],
  { node, add }: NodeReader,
): void {
  checkBindings(withoutMarks(command), inputs, outputs, { node, add });
  checkSections(command, inputs, { node, add });
}

function codeAndEnvironment(code: JobCode | undefined, ids: Parameters<typeof toCodeId>[1]) {
  const codeId = toCodeId(code, ids);
  return { code: codeId === undefined ? undefined : prefixed(codeId), environment: prefixed(toEnvironmentId(ids)) };
}

function ofComponent(
  value: z.infer<ReturnType<typeof componentNodeSchema>>,
  named: NamedComponent,
  reader: NodeReader,
): PipelineNode {
  const node = readComponentNode("command", value, named, reader);
  warnOfComponentKeys(value, ofComponentAlone, reader);
  const variables = readVariables(value.environment_variables ?? {}, reader);
  const members = ownMembers(value, named.is === "here" ? named.component.defaults.members : {}, reader);
  const made = toPipelineNode(
    node,
    {
      compute: value.compute,
      needsCompute: true,
      secrets: secretsOfVariables(variables),
      toMembers: (ids) => ({
        ...members,
        environment_variables: toVariables(variables, ids),
      }),
    },
    reader,
  );
  if (named.is === "in-azure") return made;
  const { inputs, outputs } = node;
  return { ...made, ...runsOf(named.component, { inputs, outputs, variables, value }) };
}

/** The step on one machine: what it gives to its component, and the component's own defaults. */
function runsOf(
  { runs, inputs: ports, outputs: outputPorts }: Component,
  {
    inputs,
    outputs,
    variables,
    value,
  }: {
    readonly inputs: NodeInputs;
    readonly outputs: NodeOutputs;
    readonly variables: Variables;
    readonly value: Pick<DeclaredNode, "limits" | "resources" | "distribution">;
  },
): Pick<PipelineNode, "runs"> {
  if (runs === undefined) return {};
  const { timeout } = value.limits ?? {};
  const machine = oneMachine({
    resources: value.resources === undefined ? runs.resources : toResources(value.resources),
    distribution: value.distribution === undefined ? runs.distribution : toDistribution(value.distribution),
  });
  const defaults = Object.entries(ports).flatMap(([name, { default: value }]): [string, JobInput][] =>
    value === undefined ? [] : [[name, { kind: "literal", value }]],
  );
  const names = new Set([...Object.keys(outputPorts), ...Object.keys(outputs)]);
  const typeOf = (name: string) => {
    const output = own(outputs, name);
    return own(outputPorts, name)?.type ?? (output?.kind === "data" ? output.type : undefined);
  };
  return {
    runs: {
      ...runs,
      inputs: { ...Object.fromEntries(defaults), ...inputs },
      outputs: [...names].filter((name) => typeOf(name) !== "uri_file"),
      environmentVariables: variables,
      machine,
      faults: keptHere(
        Object.fromEntries(
          Object.entries(outputs).flatMap(([name, output]) => (output.kind === "data" ? [[name, output]] : [])),
        ),
      ),
      ...defined({ timeoutSeconds: timeout === undefined || isBinding(timeout) ? undefined : Number(timeout) }),
    },
  };
}

function readComponent(reader: NodeReader, source: ComponentSource): Component | undefined {
  const { node, addProblems } = reader;
  const { value, problems } = checkShape(componentSchema, node);
  addProblems(problems);
  if (value === undefined) return undefined;
  const { environment, problems: ofEnvironment } = readEnvironment(value, reader);
  addProblems(ofEnvironment);
  const code = readCodeWith(value.code, value.additional_includes ?? [], reader);
  const inputs = readInputPorts(value.inputs ?? {}, reader);
  const outputs = readOutputPorts(value.outputs ?? {}, reader);
  checkCommand(value.command, Object.keys(inputs), Object.keys(outputs), reader);
  if (environment === undefined) return undefined;
  const { resources, distribution, properties, additional_includes } = value;
  return toComponent(
    "command",
    value,
    source,
    {
      inputs,
      outputs,
      properties,
      parts: [...assetsOfCode(code), assetOfEnvironment(environment)],
      toSpec: (ids) => ({
        command: value.command,
        ...codeAndEnvironment(code, ids),
        resources,
        distribution,
        properties,
        additional_includes,
      }),
      defaults: {
        members: defined({
          resources: resources && withoutEmpty(snakeCased(toResources(resources)) as Record<string, unknown>),
          distribution: distribution && snakeCased(toDistribution(distribution)),
        }),
      },
      runs: {
        command: value.command,
        environment,
        ...defined({
          code,
          resources: resources && toResources(resources),
          distribution: distribution && toDistribution(distribution),
        }),
      },
    },
    reader,
  );
}

const component: ComponentType = {
  schemaName: "commandComponent",

  schema: componentSchema,
  read: readComponent,
};

/** A step that runs a command. */
export const commandNode: NodeType = {
  name: "command",
  schema: shape(() => z.union([inlineSchema(), componentNodeSchema()])),
  read,
  component,
};
