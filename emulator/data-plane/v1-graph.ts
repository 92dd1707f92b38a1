import type { Reply } from "../server/reply.ts";
import type { Store } from "../store.ts";
import { v1Error } from "./v1-error.ts";

/** Where each of them is kept. */
export const v1Collections = {
  dataTypes: "v1-data-types",
  modules: "v1-modules",
  dataSources: "v1-data-sources",
  runs: "v1-runs",
  snapshots: "v1-snapshots",
  /** The runs of steps whose outputs may be used again. */
  reusable: "v1-reusable",
  experiments: "v1-experiments",
} as const;

type Named = { readonly Name: string };
export type V1Parameter = Named & { readonly ValueType?: string; readonly Value?: string };

export type V1Module = Named & {
  readonly Id: string;
  readonly IdentifierHash: string;
  readonly IsDeterministic?: boolean;
  readonly ModuleExecutionType: string;
  readonly StepType: string;
  readonly StorageId?: string;
  readonly IsInterfaceOnly?: boolean;
  readonly StructuredInterface: {
    readonly Inputs: readonly (Named & { readonly SkipProcessing?: boolean })[];
    readonly Outputs: readonly (Named & { readonly SkipProcessing?: boolean })[];
    readonly Parameters: readonly (Named & {
      readonly IsOptional?: boolean;
      readonly DefaultValue?: string;
      readonly EnvironmentVariableOverride?: string;
    })[];
    readonly MetadataParameters: readonly (Named & { readonly IsOptional?: boolean })[];
    readonly Arguments?: readonly { readonly ValueType: string; readonly Value: string }[];
  };
};

export type V1Node = {
  readonly Id: string;
  readonly ModuleId: string;
  readonly ModuleParameters: readonly V1Parameter[];
  readonly ModuleMetadataParameters: readonly V1Parameter[];
  readonly ModuleOutputSettings?: readonly (Named & { readonly DataStoreName?: string })[];
  readonly RegenerateOutput?: boolean;
};

type Port = { readonly NodeId: string; readonly PortName: string };
export type V1Edge = { readonly SourceOutputPort: Port; readonly DestinationInputPort: Port };
export type V1DatasetNode = {
  readonly Id: string;
  readonly DatasetId?: string;
  readonly DataPathParameterName?: string;
};

export type CreationRequest = {
  readonly CreationInfo: {
    readonly Description: string;
    readonly ContinueExperimentOnNodeFailure?: boolean;
    readonly ParameterAssignments?: Readonly<Record<string, string>>;
    readonly RunSource: string;
    readonly RunType: string;
    readonly tags?: Readonly<Record<string, string>>;
    readonly Properties?: Readonly<Record<string, string>>;
  };
  readonly Graph: {
    readonly ModuleNodes: readonly V1Node[];
    readonly DatasetNodes: readonly V1DatasetNode[];
    readonly Edges: readonly V1Edge[];
  };
  readonly GraphInterface: {
    readonly Parameters?: readonly (Named & { readonly DefaultValue: string })[];
    readonly DataPathParameters?: readonly (Named & {
      readonly DefaultValue: { readonly DataStoreName: string; readonly RelativePath: string };
    })[];
  };
};

/** The files of a snapshot, by their names, as blobs of the container of artifacts. */
export type V1Snapshot = { readonly files: Readonly<Record<string, string>> };

/** A run as it was made; it is a job once it is submitted. */
export type V1Run = {
  readonly id: string;
  readonly graphId: string;
  readonly experiment: string;
  readonly request: CreationRequest;
  readonly createdAt: string;
};

/** Values of the parameters of the pipeline: those of the submission, else their defaults. */
export function assignmentsOf({ CreationInfo, GraphInterface }: CreationRequest): Readonly<Record<string, string>> {
  const defaults = (GraphInterface.Parameters ?? []).map(({ Name, DefaultValue }): [string, string] => [
    Name,
    DefaultValue,
  ]);
  return { ...Object.fromEntries(defaults), ...CreationInfo.ParameterAssignments };
}

/** Why the graph is none that can run. */
export function checkGraph({ Graph, GraphInterface }: CreationRequest, store: Store): Reply | undefined {
  const refuse = (message: string) => v1Error(400, "UserError", message);
  if (Graph.ModuleNodes.length === 0) return refuse("The graph has no modules.");
  const parameters = (GraphInterface.Parameters ?? []).map(({ Name }) => Name);
  const ports = new Map<string, readonly string[]>();
  for (const node of Graph.ModuleNodes) {
    const module = store.get<V1Module>(v1Collections.modules, node.ModuleId);
    if (module === undefined) return refuse(`The module ${node.ModuleId} was not found.`);
    const { Parameters, MetadataParameters, Outputs } = module.StructuredInterface;
    const given = [...node.ModuleParameters, ...node.ModuleMetadataParameters];
    for (const { Name, IsOptional } of [...Parameters, ...MetadataParameters]) {
      const value = given.find((one) => one.Name === Name);
      if (IsOptional !== true && value?.Value === undefined)
        return refuse(`The required parameter ${Name} of the module ${module.Name} has no value.`);
    }
    for (const { ValueType, Value, Name } of given) {
      if (Value !== undefined && typeof Value !== "string")
        return refuse(`The value of the parameter ${Name} is no text.`);
      if (ValueType === "1" && !parameters.includes(Value ?? ""))
        return refuse(`The graph has no parameter ${Value ?? ""}, which the parameter ${Name} is bound to.`);
    }
    ports.set(
      node.Id,
      Outputs.map(({ Name }) => Name),
    );
  }
  for (const { Id, DatasetId, DataPathParameterName } of Graph.DatasetNodes) {
    const isPath = (GraphInterface.DataPathParameters ?? []).some(({ Name }) => Name === DataPathParameterName);
    if (!isPath && (DatasetId === undefined || store.get(v1Collections.dataSources, DatasetId) === undefined))
      return refuse(`The data source ${DatasetId ?? DataPathParameterName ?? ""} was not found.`);
    ports.set(Id, ["data"]);
  }
  for (const { SourceOutputPort: from, DestinationInputPort: to } of Graph.Edges) {
    const node = Graph.ModuleNodes.find(({ Id }) => Id === to.NodeId);
    const module = node && store.get<V1Module>(v1Collections.modules, node.ModuleId);
    const takes = module?.StructuredInterface.Inputs.some(({ Name }) => Name === to.PortName) === true;
    if (!takes || ports.get(from.NodeId)?.includes(from.PortName) !== true)
      return refuse(`The edge from ${from.NodeId}.${from.PortName} to ${to.NodeId}.${to.PortName} leads nowhere.`);
  }
  return undefined;
}
