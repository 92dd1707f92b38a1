import type { z } from "zod";
import type { AssetUse } from "../../asset/asset.ts";
import type { ComponentDefinition } from "../../asset/component.ts";
import type { PartIds } from "../../asset/kind.ts";
import type { Problem } from "../../yaml/problem.ts";
import type { NodePath, SourceNode } from "../../yaml/source.ts";
import type { PrimaryMetric, RunnerFault } from "../kind.ts";
import type { JobCode } from "../parts/code.ts";
import type { JobEnvironment } from "../parts/environment.ts";
import type { JobInput } from "../parts/inputs.ts";
import type { OneMachine } from "../parts/one-machine.ts";
import type { Variables } from "../parts/variables.ts";
import type { PartReader } from "../parts/read-part.ts";
import type { JobSecret, Resolved } from "../resolved.ts";
import type { Port } from "./ports.ts";

/** Type and mode (az ml's words) of what a binding leads to. */
export type BindingSource = { readonly type: string; readonly mode?: string };

/** What stands around a step: asked once all steps have been read. */
export type Around = {
  /** What `${{parent.inputs.x}}`, `${{parent.outputs.x}}` or `${{parent.jobs.a.outputs.x}}` leads to. */
  readonly sourceOf: (binding: string) => BindingSource | undefined;
};

/** A text of a step that may refer to what stands around it. */
export type Binding = {
  readonly path: NodePath;
  readonly text: string;
  /** True where the type of what it leads to becomes that of the step's own input. */
  readonly isTyped?: true;
};

/** What of the surroundings decides a step's request. Places are counted from the step. */
export type NodeIds = Omit<PartIds, "fingerprint"> & Pick<Resolved, "valueOf">;

/** A step of a pipeline. Places are counted from the step. */
export type PipelineNode = {
  readonly type: string;
  readonly assets: readonly AssetUse[];
  /** Computes that it names itself, each with its place. Without one, the pipeline's default is its own. */
  readonly computes: readonly { readonly path: NodePath; readonly compute: string }[];
  /** True for a step that has to run somewhere: its own compute, or the pipeline's default one. */
  readonly needsCompute: boolean;
  readonly secrets: readonly JobSecret[];
  readonly addresses: readonly { readonly path: NodePath; readonly address: string }[];
  /** Every text of it that may refer to what stands around it. */
  readonly bindings: readonly Binding[];
  /** The inputs that its component has; `undefined` where the component is in Azure and not known here. */
  readonly ports?: Readonly<Record<string, Port>>;
  /** The type of each output that other steps may read; `undefined` for a name that it does not have. */
  readonly outputOf: (name: string) => BindingSource | undefined;
  /** The outputs that are known; `undefined` where its component may have more. */
  readonly outputNames?: readonly string[];
  /** The computes and problems of a graph inside of it: a step that is a pipeline itself. */
  readonly inside?: Graph;
  /** What is wrong with the types of what it is bound to: asked once all steps have been read. */
  readonly problemsOfTypes?: () => readonly Problem[];
  readonly displayName?: string;
  /** Of a step that looks for the best value of a metric. */
  readonly primaryMetric?: PrimaryMetric;
  readonly toRequest: (name: string, ids: NodeIds) => Readonly<Record<string, unknown>>;
  /** What it runs on one machine by itself; absent for a step that needs the service. */
  readonly runs?: StepCommand & {
    readonly inputs: Readonly<Record<string, JobInput | { readonly kind: "binding"; readonly value: string }>>;
    /** Names of the outputs that are folders. */
    readonly outputs: readonly string[];
    readonly environmentVariables: Variables;
    readonly timeoutSeconds?: number;
    readonly machine: OneMachine;
    /** What the runner leaves out of it, by places inside the step. */
    readonly faults: readonly RunnerFault[];
  };
};

export type StepCommand = {
  readonly command: string;
  readonly code?: JobCode;
  readonly environment: JobEnvironment;
  /** In ARM's own shape, as the part below. */
  readonly resources?: object;
  readonly distribution?: object;
};

/** The steps of a pipeline, by name. */
export type Graph = {
  readonly nodes: ReadonlyMap<string, PipelineNode>;
  /** Some of its steps could not be read. */
  readonly isPartial?: true;
};

/** What the reader of a step is handed. */
export type NodeReader = PartReader & {
  readonly around: Around;
  /** For the problems of other files, which have places of their own. */
  readonly addProblems: (problems: readonly Problem[]) => void;
  readonly types: NodeTypes;
  /** Component files that are being read: one of them that leads to itself would never end. */
  readonly files: readonly string[];
};

/** A component file, or what a step writes in place of one. */
export type Component = {
  readonly definition: ComponentDefinition<AssetUse>;
  /** The official client's word for where it comes from. */
  readonly source: ComponentSource;
  readonly displayName?: string;
  readonly inputs: Readonly<Record<string, Port>>;
  /** The inputs of a graph, with those optional that lead to none but optional inputs. */
  readonly inferred?: Readonly<Record<string, Port>>;
  readonly outputs: Readonly<Record<string, Port>>;
  /** What a step that names the file takes over where it says nothing itself. */
  readonly defaults: ComponentDefaults;
  readonly inside?: Graph;
  /** For a type that can run on one machine by itself. */
  readonly runs?: StepCommand;
};

export type ComponentSource =
  | "YAML.COMPONENT"
  | "YAML.JOB"
  | "REMOTE.REGISTRY"
  | "REMOTE.WORKSPACE.COMPONENT"
  /** A component of Azure's own registry that the step does not name. */
  | "BUILTIN";

/** Members of the step's request, of which only those of its own type are read. */
export type ComponentDefaults = {
  readonly members: Readonly<Record<string, unknown>>;
  /** Members that need ids: the task of a parallel component. */
  readonly task?: (ids: Pick<NodeIds, "idOf">) => Readonly<Record<string, unknown>>;
  /** What `task` needs, by places inside the component. */
  readonly taskAssets?: readonly AssetUse[];
};

/** Everything about components of one type. */
export type ComponentType = {
  /** az ml's name of the schema of its files: `commandComponent`. */
  readonly schemaName: string;
  readonly schema: () => z.ZodType;
  readonly read: (reader: NodeReader, source: ComponentSource) => Component | undefined;
};

/** Everything about one type of step. A type is one file that exports these names, and a line in `nodes.ts`. */
export type NodeType = {
  /** az ml's word: `command`. */
  readonly name: string;
  /** The keys of a step, all of its forms. Published as JSON Schema. */
  readonly schema: () => z.ZodType;
  readonly read: (reader: NodeReader) => PipelineNode | undefined;
  /** For a type whose steps may name a component file. */
  readonly component?: ComponentType;
};

export type NodeTypes = Readonly<Record<string, NodeType>>;

/** A part of a component, or of a step, has its place in the file that it is in. */
export function withPlaces(uses: readonly AssetUse[], source: SourceNode): readonly AssetUse[] {
  return uses.map((use) => ({
    ...use,
    at: use.at ?? source.document.at([...source.path, ...use.where.split(".")]),
  }));
}
