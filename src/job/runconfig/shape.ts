import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { boolean, integer, oneOf, shape, text, version } from "../../yaml/shape.ts";
import type { NodePath } from "../../yaml/source.ts";
import { isMapping } from "../../yaml/wording.ts";

/** A key that az ml jobs have nothing for. With one of these values it says nothing; the first is the SDK's default. */
const unused = (...says: readonly [unknown, ...unknown[]]) => z.unknown().optional().meta({ saysNothing: says });

/** Files that the SDK has saved have every key, and no value where there is none. */
const section = <Keys extends z.ZodRawShape>(keys: Keys) => z.strictObject(keys).nullish();

const scalars = () => z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).nullish();
const word = () => z.union([z.string(), z.number(), z.boolean()]);

const libraries = () => unused([]);

const environmentKeys = () => ({
  name: text().nullish(),
  version: version().nullish(),
  environmentVariables: scalars(),
  python: section({
    userManagedDependencies: boolean().nullish(),
    interpreterPath: unused("python"),
    condaDependenciesFile: text().nullish(),
    baseCondaEnvironment: unused(null),
    condaDependencies: z.record(z.string(), z.unknown()).nullish(),
  }),
  docker: section({
    // Whatever it says: jobs of Azure ML run in containers.
    enabled: unused(false, true),
    gpuSupport: unused(true, false),
    baseImage: text().nullish(),
    baseDockerfile: text().nullish(),
    buildContext: z.unknown().optional(),
    sharedVolumes: unused(true),
    shmSize: text().nullish(),
    arguments: z.array(text()).nullish(),
    baseImageRegistry: section({
      address: unused(null, ""),
      username: unused(null, ""),
      // A literal one is an error of its own.
      password: z.string().nullish(),
      registryIdentity: unused(null),
    }),
    platform: section({ os: unused("Linux"), architecture: unused("amd64") }),
  }),
  spark: section({ repositories: libraries(), packages: libraries(), precachePackages: unused(true, false) }),
  databricks: section({
    mavenLibraries: libraries(),
    pypiLibraries: libraries(),
    rcranLibraries: libraries(),
    jarLibraries: libraries(),
    eggLibraries: libraries(),
    cluster: unused(null),
  }),
  r: unused(null),
  inferencingStackVersion: unused(null),
  assetId: unused(null),
});

/** The environment, in the run configuration or in a file of its own. */
export const environmentSchema = shape(() => z.strictObject(environmentKeys()));

const modes = ["mount", "download", "upload"] as const;
const mechanisms = ["direct", "mount", "download", "upload"] as const;

const locationSchema = () =>
  section({
    dataset: section({ id: z.unknown().optional(), name: text().nullish(), version: version().nullish() }),
    dataPath: section({ datastoreName: text().nullish(), relativePath: text().nullish() }),
    uri: section({ path: text().nullish(), isFile: boolean().nullish() }),
  });

const dataReferenceSchema = () =>
  z.strictObject({
    dataStoreName: text(),
    pathOnDataStore: text().nullish(),
    mode: oneOf(modes).nullish(),
    overwrite: unused(false),
    pathOnCompute: unused(null),
  });

const dataSchema = () =>
  z.strictObject({
    dataLocation: locationSchema(),
    createOutputDirectories: unused(false),
    mechanism: oneOf(mechanisms).nullish(),
    environmentVariableName: unused(null),
    pathOnCompute: unused(null),
    overwrite: unused(false),
    options: unused(null, {}),
  });

const outputSchema = () =>
  z.strictObject({
    outputLocation: locationSchema(),
    mechanism: oneOf(["mount", "upload"]).nullish(),
    additionalOptions: section({
      pathOnCompute: unused(null),
      registrationOptions: section({
        name: unused(null),
        description: unused(null),
        tags: unused(null, {}),
        datasetRegistrationOptions: unused(null, {}),
        properties: unused(null, {}),
      }),
      uploadOptions: section({
        overwrite: unused(false),
        sourceGlobs: section({ patterns: unused(null, []) }),
      }),
      mountOptions: section({ disableMetadataCache: unused(false) }),
    }),
  });

const communicators = [
  "None",
  "OpenMpi",
  "IntelMpi",
  "Mpi",
  "Nccl",
  "Gloo",
  "ParameterServer",
  "ParallelTask",
] as const;

/** A run configuration of the first SDK, key by key as it saves one. @see azureml.core.runconfig.RunConfiguration */
export const runConfigurationSchema = shape(() =>
  z.strictObject({
    script: text().nullish(),
    arguments: z.array(word()).nullish(),
    command: z.union([z.string(), z.array(word())]).nullish(),
    target: text().nullish(),
    framework: oneOf(["Python", "PySpark", "CNTK", "TensorFlow", "PyTorch"]).nullish(),
    communicator: oneOf(communicators).nullish(),
    maxRunDurationSeconds: integer().nullish(),
    nodeCount: integer().nullish(),
    priority: unused(null),
    environment: z.union([text(), environmentSchema(), z.null()]).optional(),
    environmentVariables: scalars(),
    history: section({
      outputCollection: unused(true),
      snapshotProject: unused(true),
      directoriesToWatch: unused(["logs"], []),
    }),
    spark: section({
      configuration: unused({ "spark.app.name": "Azure ML Experiment", "spark.yarn.maxAppAttempts": 1 }, {}),
    }),
    docker: section({
      // Whatever it says: jobs of Azure ML run in containers.
      useDocker: unused(false, true),
      sharedVolumes: unused(true),
      arguments: z.array(text()).nullish(),
      shmSize: text().nullish(),
    }),
    hdi: section({ yarnDeployMode: unused("cluster") }),
    tensorflow: section({ workerCount: integer().nullish(), parameterServerCount: integer().nullish() }),
    mpi: section({ processCountPerNode: integer().nullish(), nodeCount: integer().nullish() }),
    pytorch: section({
      communicationBackend: oneOf(["nccl", "gloo"]).nullish(),
      processCount: integer().nullish(),
      nodeCount: integer().nullish(),
    }),
    paralleltask: section({
      maxRetriesPerWorker: unused(0),
      workerCountPerNode: unused(1),
      terminalExitCodes: unused(null, []),
    }),
    dataReferences: z.record(z.string(), dataReferenceSchema()).nullish(),
    data: z.record(z.string(), dataSchema()).nullish(),
    datacaches: unused([]),
    outputData: z.record(z.string(), outputSchema()).nullish(),
    sourceDirectoryDataStore: unused(null),
    amlcompute: section({
      vmSize: text().nullish(),
      vmPriority: unused(null, "dedicated"),
      retainCluster: unused(false),
      name: unused(null),
      clusterMaxNodeCount: unused(null),
    }),
    autoClusterComputeSpecification: unused(null, {}),
    kubernetescompute: section({ instanceType: unused(null) }),
    credentialPassthrough: unused(false),
    applicationEndpoints: unused({}),
    // Of older versions of the SDK, which newer ones take and do not use.
    autoPrepareEnvironment: unused(true, false),
    containerInstance: section({ region: unused(null), cpuCores: unused(2), memoryGb: unused(3.5) }),
  }),
);

export type RunConfiguration = z.infer<ReturnType<typeof runConfigurationSchema>>;
export type RunConfigurationEnvironment = z.infer<ReturnType<typeof environmentSchema>>;
export type DataLocation = z.infer<ReturnType<typeof locationSchema>>;

/** The keys of a value that say something and that az ml jobs have nothing for. */
export function unusedIn(schema: z.ZodType, value: unknown, path: NodePath = []): readonly NodePath[] {
  if (value === undefined || value === null) return [];
  const says = schema.meta()?.["saysNothing"];
  if (Array.isArray(says)) return says.some((one) => isDeepStrictEqual(value, one)) ? [] : [path];
  const bare = bareType(schema);
  if (bare instanceof z.ZodUnion)
    return isMapping(value)
      ? (bare.options as readonly z.ZodType[]).flatMap((option) => unusedIn(option, value, path))
      : [];
  if (!isMapping(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const below =
      bare instanceof z.ZodObject
        ? (bare.shape[key] as z.ZodType | undefined)
        : bare instanceof z.ZodRecord
          ? (bare.valueType as z.ZodType)
          : undefined;
    return below === undefined ? [] : unusedIn(below, member, [...path, key]);
  });
}

function bareType(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodNullable
    ? bareType(schema.unwrap() as z.ZodType)
    : schema;
}
