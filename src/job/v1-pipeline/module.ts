import { createHash } from "node:crypto";
import { defined } from "../../azure/defined.ts";
import type { StepInput, StepOutput, StepParameter, V1Step } from "./step.ts";

/** What only the workspace and the files of a step can tell of its module. */
export type ModuleFacts = {
  /** Name of the datastore that outputs without one go to. */
  readonly defaultDatastore: string;
  /** Hash of the step's folder; absent for a step without one. */
  readonly folderHash?: string;
  /** Id of the snapshot of its folder, once that is there. */
  readonly snapshot?: string;
  /** Where the files come from, as Git and MLflow name it. */
  readonly properties: Readonly<Record<string, string>>;
};

/** Always there: what a step is ordered by that reads nothing of the one before it. */
const afterOutput = "_run_after_output";
const inputTypes = ["AnyFile", "AnyDirectory"];
const outputType = "AnyFile";
const noFolder = "0".repeat(32);

/** The name by which the service finds a module again: the same definition and files always have the same. */
export function moduleHash(
  step: V1Step,
  { defaultDatastore, folderHash }: Pick<ModuleFacts, "defaultDatastore" | "folderHash">,
): string {
  const parts = [
    `name_${step.name}`,
    ...step.inputs.map(({ port, mode, pathOnCompute }) =>
      [`input_${port}`, `ds_mode_${mode}`, ...pathPart(pathOnCompute), `datatypes_${inputTypes.join(",")}`].join(","),
    ),
    ...step.outputs.map(({ port, datastore = defaultDatastore, mode, pathOnCompute }) =>
      [
        `output_${port}`,
        `ds_name_${datastore}`,
        `ds_mode_${mode}`,
        ...pathPart(pathOnCompute),
        `datatype_${outputType}`,
      ].join(","),
    ),
    `output_${afterOutput},datatype_${outputType}`,
    ...[...step.parameters, ...step.metadata].map(({ name, default: value, hashed = value }) =>
      hashed === undefined ? `param_${name}` : `param_${name},val_${hashed}`,
    ),
    `deterministic_${step.isDeterministic ? "True" : "False"}`,
    `execution_${step.executionType}`,
    ...(step.version === undefined ? [] : [`version_${step.version}`]),
    ...(step.arguments === undefined ? [] : [`arguments_${step.arguments.map(argumentText).join(",")}`]),
  ];
  const digest = createHash("sha256").update(parts.sort(byCodePoint).join("_")).digest("hex");
  return `${digest}_${folderHash ?? noFolder}`;
}

function pathPart(pathOnCompute: string | undefined): readonly string[] {
  return pathOnCompute === undefined ? [] : [`ds_path_${pathOnCompute}`];
}

function argumentText({ is, value }: NonNullable<V1Step["arguments"]>[number]): string {
  return is === "Literal" ? value : `${is.toLowerCase()}:${value}`;
}

/** Python's order of text. */
function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Body of `POST …/Modules`. */
export function moduleBody(step: V1Step, facts: ModuleFacts): Readonly<Record<string, unknown>> {
  const { name, isDeterministic } = step;
  return {
    Name: name,
    Description: name,
    IsDeterministic: isDeterministic,
    ModuleExecutionType: step.executionType,
    IdentifierHash: moduleHash(step, facts),
    StructuredInterface: defined({
      CommandLinePattern: "",
      Inputs: step.inputs.map(inputPort),
      Outputs: [
        ...step.outputs.map((output) => outputPort(output, facts.defaultDatastore)),
        { Name: afterOutput, DataTypeId: outputType, SkipProcessing: true, DataReferenceName: afterOutput },
      ],
      Parameters: step.parameters.map(declaredParameter),
      MetadataParameters: step.metadata.map(declaredParameter),
      Arguments: step.arguments?.map(({ is, value }) => ({ ValueType: is, Value: value })),
    }),
    ...defined({ StorageId: facts.snapshot }),
    IsInterfaceOnly: step.folder === undefined,
    Properties: facts.properties,
    StepType: step.type,
  };
}

function inputPort({ port, source, mode, pathOnCompute, overwrite }: StepInput) {
  return defined({
    Name: port,
    Label: port,
    DataTypeIdsList: inputTypes,
    IsOptional: false,
    SkipProcessing: false,
    IsResource: false,
    DataStoreMode: mode,
    PathOnCompute: pathOnCompute,
    Overwrite: overwrite,
    DataReferenceName: source.name,
  });
}

function outputPort(
  { port, destination, datastore, mode, pathOnCompute, overwrite }: StepOutput,
  defaultDatastore: string,
) {
  return defined({
    Name: port,
    Label: destination,
    DataTypeId: outputType,
    SkipProcessing: false,
    DataStoreName: datastore ?? defaultDatastore,
    DataStoreMode: mode,
    PathOnCompute: pathOnCompute,
    Overwrite: overwrite,
    DataReferenceName: port,
  });
}

function declaredParameter({ name, isOptional, default: value, variable }: StepParameter) {
  return defined({
    Name: name,
    ParameterType: "String",
    IsOptional: isOptional,
    DefaultValue: value,
    SetEnvironmentVariable: variable !== undefined,
    EnvironmentVariableOverride: variable,
  });
}
