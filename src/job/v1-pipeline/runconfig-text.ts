import { checkShape } from "../../yaml/shape.ts";
import { valueAt, type SourceNode } from "../../yaml/source.ts";
import { isMapping } from "../../yaml/wording.ts";
import { withEnvironmentFile } from "../runconfig/run-configuration.ts";
import { checkSecrets } from "../runconfig/secrets.ts";
import { runConfigurationSchema } from "../runconfig/shape.ts";
import { problemsAt } from "../../compute/problems-at.ts";
import { readNamedFile } from "./runconfig-file.ts";
import type { StepReader } from "./step.ts";

type Members = Readonly<Record<string, unknown>>;

/** A run configuration as the first SDK writes one that says nothing. */
const saysNothing: Members = {
  script: null,
  arguments: [],
  target: "local",
  framework: "Python",
  communicator: "None",
  maxRunDurationSeconds: null,
  nodeCount: 1,
  priority: null,
  environment: {
    name: "default-environment",
    version: null,
    environmentVariables: { EXAMPLE_ENV_VAR: "EXAMPLE_VALUE" },
    python: {
      userManagedDependencies: false,
      interpreterPath: "python",
      condaDependenciesFile: null,
      baseCondaEnvironment: null,
      condaDependencies: {
        name: "project_environment",
        dependencies: ["python=3.8.13", { pip: ["azureml-defaults"] }],
        channels: ["anaconda", "conda-forge"],
      },
    },
    docker: {
      enabled: false,
      baseImage: "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20251130.v1",
      baseDockerfile: null,
      buildContext: null,
      sharedVolumes: true,
      shmSize: "2g",
      arguments: [],
      baseImageRegistry: { address: null, username: null, password: null, registryIdentity: null },
      platform: { os: "Linux", architecture: "amd64" },
    },
    spark: { repositories: [], packages: [], precachePackages: true },
    databricks: {
      mavenLibraries: [],
      pypiLibraries: [],
      rcranLibraries: [],
      jarLibraries: [],
      eggLibraries: [],
    },
    r: null,
    inferencingStackVersion: null,
    assetId: null,
  },
  history: { outputCollection: true, snapshotProject: true, directoriesToWatch: ["logs"] },
  spark: { configuration: { "spark.app.name": "Azure ML Experiment", "spark.yarn.maxAppAttempts": 1 } },
  docker: { useDocker: false, sharedVolumes: true, arguments: [], shmSize: "2g" },
  hdi: { yarnDeployMode: "cluster" },
  tensorflow: { workerCount: 1, parameterServerCount: 1 },
  mpi: { processCountPerNode: 1, nodeCount: 1 },
  pytorch: { communicationBackend: "nccl", processCount: null, nodeCount: 1 },
  paralleltask: { maxRetriesPerWorker: 0, workerCountPerNode: 1, terminalExitCodes: null },
  dataReferences: {},
  data: {},
  datacaches: [],
  outputData: {},
  sourceDirectoryDataStore: null,
  amlcompute: { vmSize: null, vmPriority: null, retainCluster: false, name: null, clusterMaxNodeCount: null },
  autoClusterComputeSpecification: null,
  kubernetescompute: { instanceType: null },
  credentialPassthrough: false,
  command: "",
  environmentVariables: {},
  applicationEndpoints: {},
};

/** Sections whose keys a file adds to; every other value of a file takes the place of the default. */
const merged = (written: unknown, known: unknown, path: string): unknown => {
  const isSection = isMapping(known) && isMapping(written) && !ownedByFile.has(path);
  if (!isSection) return written ?? known;
  const below = (key: string) => (path === "" ? key : `${path}.${key}`);
  const keys = new Set([...Object.keys(known), ...Object.keys(written)]);
  return Object.fromEntries([...keys].map((key) => [key, merged(written[key], known[key], below(key))]));
};

/** Names in these are the user's. */
const ownedByFile = new Set([
  "environment.environmentVariables",
  "environment.python.condaDependencies",
  "spark.configuration",
  "dataReferences",
  "data",
  "outputData",
  "environmentVariables",
  "applicationEndpoints",
]);

const toText = (runconfig: unknown) => JSON.stringify(runconfig, undefined, 4);

/** For a step that names none: the official client lets it run in a container. */
export const defaultRunconfig = toText({
  ...saysNothing,
  docker: { ...(saysNothing["docker"] as Members), useDocker: true },
});

/** The run configuration that a step names, whole, as it goes to the service; what is not written has the SDK's defaults. */
export function readRunconfig(path: string, reader: StepReader<unknown>): string | undefined {
  const file = readNamedFile("runconfig", path, "The run configuration", reader);
  if (file === undefined) return undefined;
  const { document, problems: ofEnvironment } = withEnvironmentFile(file);
  const node = { document, path: [] };
  const { found, add } = problemsAt(node);
  const { problems } = checkShape(runConfigurationSchema, node);
  checkSecrets(node, add);
  const whole = wholeRunconfig(node, add, reader.addProblems);
  reader.addProblems([...ofEnvironment, ...problems, ...found]);
  return toText({ ...whole, target: "local" });
}

/** A run configuration with every key that the SDK knows: what is not written has its defaults. */
export function wholeRunconfig(
  node: SourceNode,
  add: StepReader<unknown>["add"],
  addProblems: StepReader<unknown>["addProblems"],
): Members {
  const written = valueAt(node) as Members;
  const environment = isMapping(written["environment"])
    ? withConda(written["environment"], node, add, addProblems)
    : undefined;
  // What the SDK reads from a file has no variables but its own, and the container's memory as the file says.
  const known = environment === undefined ? saysNothing : { ...saysNothing, environment: knownOfFile };
  return merged({ ...written, ...(environment === undefined ? {} : { environment }) }, known, "") as Members;
}

const ofEnvironment = saysNothing["environment"] as Members;
const knownOfFile: Members = {
  ...ofEnvironment,
  environmentVariables: {},
  docker: { ...(ofEnvironment["docker"] as Members), shmSize: null },
};

/** The packages that a conda file lists stand in the run configuration itself. */
function withConda(
  environment: Members,
  { document, path }: SourceNode,
  add: StepReader<unknown>["add"],
  addProblems: StepReader<unknown>["addProblems"],
): Members {
  const python = environment["python"];
  const file = isMapping(python) ? python["condaDependenciesFile"] : undefined;
  if (!isMapping(python) || typeof file !== "string" || file === "") return environment;
  const at = ["environment", "python"];
  const conda = readNamedFile("condaDependenciesFile", file, "The conda file", {
    node: { document, path: [...path, ...at] },
    add: (code, key, ...rest) => add(code, [...at, ...key], ...rest),
    addProblems,
  });
  if (conda === undefined) return environment;
  return { ...environment, python: { ...python, condaDependencies: valueAt({ document: conda, path: [] }) } };
}
