import * as z from "zod";
import { defined } from "../../azure/defined.ts";
import type { AddProblem } from "../../compute/kind.ts";
import { checkShape, oneOf, shape, text } from "../../yaml/shape.ts";
import { computeSchema } from "../parts/compute.ts";
import { identitySchema } from "../parts/identity.ts";
import { queueSchema } from "../parts/queue.ts";
import { resourcesSchema } from "../parts/resources.ts";
import { checkSearchSpace, searchSpaceSchema, type OrElse, type SearchSpace } from "../parts/search-space.ts";
import {
  checkTuning,
  earlyTerminationSchema,
  objectiveSchema,
  samplingSchema,
  sweepLimitsSchema,
  toEarlyTermination,
  toStepLimits,
  type EarlyTermination,
} from "../parts/tuning.ts";
import { bindable, bindableMembers, nodeKeys, readComponentNode, toPipelineNode } from "./base.ts";
import { commandNode } from "./command.ts";
import { readNamedComponent, type NamedComponent } from "./component.ts";
import { bindingsIn } from "./bound.ts";
import { isBinding } from "./io.ts";
import type { NodeReader, NodeType, PipelineNode } from "./kind.ts";
import { snakeCased } from "./wire.ts";

const trialKey = "trial";

/** The checks of what is declared see nothing that is bound. */
const orBinding = bindable as OrElse;

const nodeSchema = shape(() =>
  z.strictObject({
    type: oneOf(["sweep"]).optional(),
    ...nodeKeys(),
    [trialKey]: z
      .union([text(), z.record(z.string(), z.unknown())])
      .describe("The command component that each trial runs: a file, azureml:NAME:VERSION, or one written out."),
    search_space: searchSpaceSchema(orBinding),
    objective: objectiveSchema(orBinding),
    limits: sweepLimitsSchema(orBinding),
    sampling_algorithm: samplingSchema().optional(),
    early_termination: earlyTerminationSchema(orBinding).optional(),
    compute: computeSchema(),
    resources: bindableMembers(resourcesSchema()).optional(),
    queue_settings: bindableMembers(queueSchema()).optional(),
    identity: identitySchema().optional(),
  }),
);

type DeclaredSweep = z.infer<ReturnType<typeof nodeSchema>>;

function read(reader: NodeReader): PipelineNode | undefined {
  const { node, add, addProblems } = reader;
  const { value, problems } = checkShape(nodeSchema, node);
  addProblems(problems);
  const named = readNamedComponent(reader, commandNode, trialKey);
  if (named?.is === "in-azure" && named.source === "REMOTE.REGISTRY")
    add(
      "wrong-value",
      [trialKey],
      "The trial of a sweep step is a component of a registry, which az ml does not take here.",
      "Use one of the workspace, azureml:NAME:VERSION, or a file.",
    );
  if (value === undefined || named === undefined) return undefined;
  checkDeclared(value, reader);
  checkParameters(value.search_space, named, add);
  if (value.identity !== undefined)
    add(
      "not-sent",
      ["identity"],
      "identity is not sent: sweep steps of the service do not have it.",
      "Write identity at the pipeline.",
      "warning",
    );
  const component = readComponentNode("sweep", value, searched(named, value.search_space), reader);
  const members = toMembers(value);
  return toPipelineNode(
    component,
    {
      componentKey: trialKey,
      compute: value.compute,
      needsCompute: true,
      bindings: Object.entries(members).flatMap(([key, member]) => bindingsIn(member, [key])),
      ...defined({ primaryMetric: primaryMetricOf(value) }),
      toMembers: () => members,
    },
    reader,
  );
}

/** A trial gets the parameters of the search as inputs, so that the step need not give these. */
function searched(named: NamedComponent, space: SearchSpace): NamedComponent {
  if (named.is === "in-azure") return named;
  const { component } = named;
  const inputs = Object.fromEntries(
    Object.entries(component.inputs).map(([name, port]) => [
      name,
      Object.hasOwn(space, name) ? { ...port, optional: true } : port,
    ]),
  );
  return { ...named, component: { ...component, inputs } };
}

function checkParameters(space: SearchSpace, named: NamedComponent, add: AddProblem): void {
  if (named.is === "in-azure") return;
  const known = Object.keys(named.component.inputs);
  for (const name of Object.keys(space)) {
    if (known.includes(name)) continue;
    add(
      "unused-parameter",
      ["search_space", name],
      `The trial's component has no input ${JSON.stringify(name)}, so nothing in it depends on this parameter.`,
      known.length === 0 ? "Declare it under the component's inputs." : `Its inputs are ${known.join(", ")}.`,
      "warning",
    );
  }
}

/** What is bound is known when the pipeline runs: it is left out of what is checked here. */
function checkDeclared(value: DeclaredSweep, reader: NodeReader): void {
  const { search_space: space, early_termination: termination, sampling_algorithm: sampling } = value;
  const declared = Object.fromEntries(Object.entries(space).filter(([, one]) => bindingsIn(one, []).length === 0));
  if (Object.keys(declared).length === Object.keys(space).length || Object.keys(declared).length > 0)
    checkSearchSpace(declared, reader);
  const limits = Object.fromEntries(Object.entries(value.limits).filter(([, one]) => !isBinding(one)));
  checkTuning(
    {
      search_space: declared,
      objective: value.objective,
      limits: limits as DeclaredSweep["limits"],
      sampling_algorithm: sampling,
      early_termination: bindingsIn(termination, []).length > 0 ? undefined : termination,
    },
    reader,
  );
}

function primaryMetricOf({ objective }: DeclaredSweep): PipelineNode["primaryMetric"] {
  const { goal, primary_metric: metric } = objective;
  return isBinding(goal) || isBinding(metric) ? undefined : { metric, goal };
}

/** In az ml's own words, but for early termination, which is in ARM's with Python's spelling of the keys. */
function toMembers(value: DeclaredSweep): Readonly<Record<string, unknown>> {
  return defined({
    search_space: value.search_space,
    sampling_algorithm: value.sampling_algorithm,
    objective: value.objective,
    limits: toStepLimits(value.limits),
    early_termination: value.early_termination && toStepTermination(value.early_termination),
    resources: value.resources && toStepResources(value.resources),
    queue_settings: value.queue_settings,
  });
}

/** A list of arguments has a key of its own, as in all other steps; here the official client makes text of the list. */
function toStepResources({ docker_args: args, ...rest }: NonNullable<DeclaredSweep["resources"]>): object {
  return { ...rest, ...(Array.isArray(args) ? { docker_args_list: args } : defined({ docker_args: args })) };
}

/** Of the two slacks of a bandit policy, the one that is 0 is left out. */
function toStepTermination(policy: EarlyTermination): object {
  return Object.fromEntries(
    Object.entries(snakeCased(toEarlyTermination(policy)) as object).filter(
      ([key, value]) => !key.startsWith("slack_") || value !== 0,
    ),
  );
}

/** A step that searches for the best parameters: many trials of one command component. */
export const sweepNode: NodeType = { name: "sweep", schema: nodeSchema, read };
