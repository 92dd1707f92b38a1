import type { StepParameter } from "./step.ts";

/** Names that every module of a script declares, most of which never get a value. In the official client's order. */
const optional = {
  afterMode: ["MLCComputeType", "Framework", "Communicator", "Script", "Command", "Arguments"],
  afterPrepare: [
    "BaseDockerImage",
    "DockerEnabled",
    "DockerArguments",
    "RunConfiguration",
    "JobName",
    "MaxRunDurationSeconds",
    "EnvironmentVariables",
    "InterpreterPath",
    "SharedVolumes",
    "ShmSize",
    "GpuSupport",
    "BaseImageRegistryAddress",
    "BaseImageRegistryUsername",
    "BaseImageRegistryPassword",
    "SparkRepositories",
    "SparkMavenPackages",
    "SparkConfiguration",
    "PrecachePackages",
    "HistoryOutputCollection",
    "ExposedPorts",
    "ContainerInstanceRegion",
    "ContainerInstanceCpuCores",
    "ContainerInstanceMemoryGb",
    "UserManagedDependencies",
    "CondaDependencies",
    "NodeCount",
    "YarnDeployMode",
    "MpiProcessCountPerNode",
    "TensorflowWorkerCount",
    "TensorflowParameterServerCount",
    "AMLComputeName",
    "AMLComputeVmSize",
    "AMLComputeVmPriority",
    "AMLComputeLocation",
    "AMLComputeRetainCluster",
    "AMLComputeNodeCount",
    "SourceDirectoryDataStore",
    "DirectoriesToWatch",
    "BaseDockerfile",
    "BatchAiSubscriptionId",
    "BatchAiResourceGroup",
    "BatchAiWorkspaceName",
    "ClusterName",
    "NativeSharedDirectory",
  ],
} as const;

/** Those of the run configuration that a pipeline's parameter may set. */
export const settable = [
  "NodeCount",
  "MpiProcessCountPerNode",
  "TensorflowWorkerCount",
  "TensorflowParameterServerCount",
] as const;

/** @param values by name, of those that are optional. */
export function scriptParameters(
  target: string,
  values: Readonly<Record<string, StepParameter["value"]>>,
): readonly StepParameter[] {
  const alwaysOn = (name: string): StepParameter => ({ name, isOptional: false, default: "true", value: "true" });
  const named = (name: string): StepParameter => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    return { name, isOptional: true, ...(value === undefined ? {} : { value }) };
  };
  return [
    { name: "Target", isOptional: false, value: target },
    alwaysOn("AutoPrepareEnvironment"),
    ...optional.afterMode.map(named),
    alwaysOn("PrepareEnvironment"),
    ...optional.afterPrepare.map(named),
  ];
}
