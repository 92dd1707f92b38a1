import { createHash } from "node:crypto";
import { defined } from "../../azure/defined.ts";
import type { InputSource, PipelineParameter, StepCompute, StepParameter, V1Step } from "./step.ts";

/** A place in a datastore that steps read. */
export type DataReference = { readonly name: string; readonly datastore: string; readonly path: string };

/** The pipeline, as far as its graph is made of it. */
export type V1Graph = {
  readonly description?: string;
  readonly steps: readonly V1Step[];
  readonly parameters: ReadonlyMap<string, PipelineParameter>;
  readonly references: ReadonlyMap<string, DataReference>;
};

/** Ids that the workspace has given, and what its computes are. */
export type GraphFacts = {
  readonly defaultDatastore: string;
  readonly moduleIdOf: (step: V1Step) => string;
  readonly dataSourceIdOf: (reference: DataReference) => string;
  readonly computeOf: (name: string) => StepCompute;
};

/** Body of `POST …/DataSources`. */
export function dataSourceBody({ name, datastore, path }: DataReference) {
  return {
    Name: name,
    DataStoreName: datastore,
    PathOnDataStore: path,
    IdentifierHash: dataSourceHash({ name, datastore, path }),
  };
}

export function dataSourceHash({ name, datastore, path }: DataReference): string {
  return createHash("sha256").update([name, datastore, path].join("_")).digest("hex");
}

/** What the steps read that no step writes: data references and data paths, each once. */
export function dataOf({ steps, references, parameters }: V1Graph): readonly DataReference[] {
  const used = new Map<string, DataReference>();
  for (const { source } of steps.flatMap(({ inputs }) => inputs)) {
    const reference = referenceOf(source, references, parameters);
    if (reference !== undefined) used.set(`${source.is} ${source.name}`, reference);
  }
  return [...used.values()];
}

function referenceOf(
  source: InputSource,
  references: V1Graph["references"],
  parameters: V1Graph["parameters"],
): DataReference | undefined {
  if (source.is === "reference") return references.get(source.name);
  const parameter = source.is === "datapath" ? parameters.get(source.parameter) : undefined;
  return parameter?.is === "datapath"
    ? { name: parameter.port, datastore: parameter.datastore, path: parameter.path }
    : undefined;
}

/** Ids of nodes are the client's own: made of what the node is, so that the same pipeline always has the same graph. */
function nodeId(...parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 8);
}

const idOfStep = ({ key }: Pick<V1Step, "key">) => nodeId("step", key);

/** `Graph` and `GraphInterface` of the request that makes a run. */
export function graphBody(graph: V1Graph, facts: GraphFacts) {
  const { steps, parameters, references } = graph;
  const datasets = new Map<string, DatasetNode>();
  const edges = steps.flatMap((step) =>
    step.inputs.map(({ port, source }) => {
      const to = { NodeId: idOfStep(step), PortName: port };
      if (source.is === "output") {
        const producer = steps.find(({ outputs }) => outputs.some(({ destination }) => destination === source.name));
        const output = producer?.outputs.find(({ destination }) => destination === source.name);
        return edge({ NodeId: idOfStep(producer ?? step), PortName: output?.port ?? source.name }, to);
      }
      const id = nodeId(source.is, source.name);
      const reference = referenceOf(source, references, parameters);
      datasets.set(
        id,
        source.is === "datapath"
          ? { Id: id, DataPathParameterName: source.parameter }
          : { Id: id, DatasetId: reference === undefined ? "" : facts.dataSourceIdOf(reference) },
      );
      return edge({ NodeId: id, PortName: "data" }, to);
    }),
  );
  return {
    Graph: {
      ModuleNodes: steps.map((step) => moduleNode(step, facts)),
      DatasetNodes: [...datasets.values()],
      Edges: edges,
    },
    GraphInterface: graphInterface(graph),
  };
}

type DatasetNode = { readonly Id: string; readonly DatasetId?: string; readonly DataPathParameterName?: string };
type Port = { readonly NodeId: string; readonly PortName: string };

function edge(from: Port, to: Port) {
  return { SourceOutputPort: from, DestinationInputPort: to };
}

function moduleNode(step: V1Step, { defaultDatastore, moduleIdOf, computeOf }: GraphFacts) {
  const compute = computeOf(step.compute);
  const set = (parameter: StepParameter) => setParameter(parameter, compute);
  return {
    Id: idOfStep(step),
    ModuleId: moduleIdOf(step),
    ModuleParameters: step.parameters.map(set),
    ModuleMetadataParameters: step.metadata.map(set),
    ModuleOutputSettings: step.outputs.map(({ port, datastore, mode, pathOnCompute, overwrite }) =>
      defined({
        Name: port,
        DataStoreName: datastore ?? defaultDatastore,
        DataStoreMode: mode,
        PathOnCompute: pathOnCompute,
        Overwrite: overwrite,
        DataReferenceName: port,
      }),
    ),
    ModuleInputSettings: step.inputs.flatMap(({ port, mode, pathOnCompute }) =>
      pathOnCompute === undefined ? [] : [{ Name: port, PathOnCompute: pathOnCompute, DataStoreMode: mode }],
    ),
    ...defined({ Runconfig: step.runconfig }),
    RegenerateOutput: false,
  };
}

/** `"0"`: the value itself, which may be missing; `"1"`: the name of a parameter of the pipeline. */
function setParameter({ name, value }: StepParameter, compute: StepCompute) {
  if (typeof value === "object" && "parameter" in value) return { ValueType: "1", Name: name, Value: value.parameter };
  const text = typeof value === "object" ? value.of(compute) : value;
  return { ValueType: "0", Name: name, ...defined({ Value: text }) };
}

/** A boolean is called a whole number, by a slip of the official client that the service lives with. */
const typeCodes = { int: "0", bool: "0", float: "1", string: "3" } as const;

/** Only what some step uses. */
function graphInterface({ steps, parameters }: V1Graph) {
  const named = steps.flatMap(({ parameters: own, metadata }) =>
    // Those of the run configuration come after the step's own.
    [
      ...own.filter(({ variable }) => variable !== undefined),
      ...own.filter(({ variable }) => variable === undefined),
      ...metadata,
    ].flatMap(({ value }) => (typeof value === "object" && "parameter" in value ? [value.parameter] : [])),
  );
  const paths = steps.flatMap(({ inputs }) =>
    inputs.flatMap(({ source }) => (source.is === "datapath" ? [source.parameter] : [])),
  );
  return {
    Parameters: [...new Set(named)].flatMap((name) => {
      const parameter = parameters.get(name);
      return parameter?.is === "value"
        ? [{ Name: name, DefaultValue: parameter.default, IsOptional: true, Type: typeCodes[parameter.type] }]
        : [];
    }),
    DataPathParameters: [...new Set(paths)].flatMap((name) => {
      const parameter = parameters.get(name);
      if (parameter?.is !== "datapath") return [];
      const value = { DataStoreName: parameter.datastore, RelativePath: parameter.path };
      return [{ Name: name, DefaultValue: value, IsOptional: true, DataTypeId: "AnyFile" }];
    }),
    DataPathParameterList: [],
  };
}
