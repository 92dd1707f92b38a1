import { defined } from "../../azure/defined.ts";
import { carryOver, notCarriedOver, type RunConfigurationReader } from "./reader.ts";
import type { RunConfiguration } from "./shape.ts";

/** The SDK's size of shared memory, which is az ml's as well. */
const defaultSharedMemory = "2g";

/** Where the run goes, with how many machines, and what may be used of them. */
export function readCompute(reader: RunConfigurationReader): void {
  const { value } = reader;
  readTarget(reader);
  const nodes = readNodes(reader);
  readDistribution(reader, nodes);
  readDocker(reader);
  warnOfLocalDocker(reader);
  const { maxRunDurationSeconds: seconds } = value;
  if (seconds !== undefined && seconds !== null)
    carryOver(reader, ["limits", "timeout"], seconds, ["maxRunDurationSeconds"]);
}

function readTarget(reader: RunConfigurationReader): void {
  const { value, add } = reader;
  const target = value.target ?? "local";
  const size = value.amlcompute?.vmSize ?? undefined;
  if (target.toLowerCase() !== "amlcompute") {
    carryOver(reader, ["compute"], target, ["target"]);
    if (size !== undefined)
      notCarriedOver(add, ["amlcompute", "vmSize"], "it is used with target: amlcompute alone.", "Remove it.");
    return;
  }
  if (size === undefined) {
    add(
      "missing-key",
      ["target"],
      "The target amlcompute needs the size of its machines.",
      "Add amlcompute: { vmSize: … }, or name a compute of the workspace.",
    );
    return;
  }
  carryOver(reader, ["resources", "instance_type"], size, ["amlcompute", "vmSize"]);
  add(
    "not-carried-over",
    ["target"],
    `The service no longer creates a cluster for a single run: the run goes to serverless compute of the size ${size}.`,
    "No action is needed; name a cluster of the workspace to use that.",
    "notice",
  );
}

/** @returns how many machines are asked for. */
function readNodes(reader: RunConfigurationReader): number {
  const { value, add } = reader;
  const section = sectionOf(value);
  const own = section === undefined ? undefined : (value[section]?.nodeCount ?? undefined);
  const declared = value.nodeCount ?? undefined;
  const nodes = declared ?? own ?? 1;
  const from = declared === undefined && section !== undefined ? [section, "nodeCount"] : ["nodeCount"];
  if (nodes < 1) add("out-of-range", from, `nodeCount is ${nodes}.`, "Use 1 or more.");
  else if (nodes > 1) carryOver(reader, ["resources", "instance_count"], nodes, from);
  if (section !== undefined && declared !== undefined && own !== undefined && own !== 1 && own !== declared)
    notCarriedOver(
      add,
      [section, "nodeCount"],
      `nodeCount is ${declared}, which takes precedence.`,
      "Write one of the two.",
    );
  return Math.max(nodes, 1);
}

/** The section that has the number of machines of a communicator. */
function sectionOf({ communicator }: RunConfiguration): "mpi" | "pytorch" | undefined {
  switch (communicator) {
    case "OpenMpi":
    case "IntelMpi":
    case "Mpi":
      return "mpi";
    case "Nccl":
    case "Gloo":
      return "pytorch";
    default:
      return undefined;
  }
}

function readDistribution(reader: RunConfigurationReader, nodes: number): void {
  const { value, add } = reader;
  const { mpi, pytorch, tensorflow, communicator } = value;
  switch (communicator ?? "None") {
    case "OpenMpi":
    case "IntelMpi":
    case "Mpi":
      carryOver(reader, ["distribution"], { type: "mpi" }, ["communicator"]);
      carryOver(reader, ["distribution", "process_count_per_instance"], mpi?.processCountPerNode ?? 1, [
        "mpi",
        "processCountPerNode",
      ]);
      break;
    case "Nccl":
    case "Gloo":
      carryOver(reader, ["distribution"], { type: "pytorch" }, ["communicator"]);
      readProcesses(reader, nodes);
      break;
    case "ParameterServer":
      carryOver(
        reader,
        ["distribution"],
        {
          type: "tensorflow",
          parameter_server_count: tensorflow?.parameterServerCount ?? 1,
          worker_count: tensorflow?.workerCount ?? 1,
        },
        ["communicator"],
      );
      break;
    case "ParallelTask":
      add(
        "not-supported-yet",
        ["communicator"],
        "The communicator ParallelTask has no form as a command job.",
        "Write an az ml job with a parallel step.",
      );
      break;
    case "None":
  }
  const unused = [
    { section: "mpi", says: (mpi?.processCountPerNode ?? 1) !== 1 || (mpi?.nodeCount ?? 1) !== 1, with: "OpenMpi" },
    {
      section: "pytorch",
      says: (pytorch?.processCount ?? undefined) !== undefined || (pytorch?.nodeCount ?? 1) !== 1,
      with: "Nccl or Gloo",
    },
    {
      section: "tensorflow",
      says: (tensorflow?.workerCount ?? 1) !== 1 || (tensorflow?.parameterServerCount ?? 1) !== 1,
      with: "ParameterServer",
    },
  ];
  const used = communicator === "ParameterServer" ? "tensorflow" : sectionOf(value);
  for (const { section, says, with: word } of unused)
    if (says && section !== used)
      notCarriedOver(add, [section], `it is used with communicator: ${word} alone.`, "Set communicator, or remove it.");
}

/** The SDK counts all processes, az ml those of one machine. */
function readProcesses(reader: RunConfigurationReader, nodes: number): void {
  const { value, add } = reader;
  const at = ["pytorch", "processCount"];
  const processes = value.pytorch?.processCount ?? undefined;
  if (processes === undefined) return;
  if (processes >= nodes && processes % nodes === 0)
    carryOver(reader, ["distribution", "process_count_per_instance"], processes / nodes, at);
  else
    add(
      "out-of-range",
      at,
      `processCount is ${processes}, which cannot be divided among ${nodes} machines.`,
      "Use a multiple of nodeCount.",
    );
}

/** A run of the SDK on the machine itself was in a container where the file said so; here the target says it. */
function warnOfLocalDocker({ value, add }: RunConfigurationReader): void {
  if ((value.target ?? "local").toLowerCase() !== "local") return;
  const { environment, docker } = value;
  const older = typeof environment === "object" ? environment?.docker?.enabled : undefined;
  const at = docker?.useDocker === true ? ["docker", "useDocker"] : ["environment", "docker", "enabled"];
  if (docker?.useDocker === true || (docker?.useDocker === undefined && older === true))
    notCarriedOver(
      add,
      at,
      "a run on the runner is in a container where its target says so.",
      "Declare targets: [{ name: local, type: local, container: true }].",
    );
}

/** `docker`, and its older place in the environment, which it goes before. */
function readDocker(reader: RunConfigurationReader): void {
  const { value, add } = reader;
  const inEnvironment = typeof value.environment === "object" ? value.environment?.docker : undefined;
  const old = ["environment", "docker"];
  const sizes = [
    { size: value.docker?.shmSize ?? undefined, at: ["docker", "shmSize"] },
    { size: inEnvironment?.shmSize ?? undefined, at: [...old, "shmSize"] },
  ].filter(({ size }) => size !== undefined && size !== defaultSharedMemory);
  const lists = [
    { list: value.docker?.arguments ?? [], at: ["docker", "arguments"] },
    { list: inEnvironment?.arguments ?? [], at: [...old, "arguments"] },
  ].filter(({ list }) => list.length > 0);
  const [size, otherSize] = sizes;
  const [list, otherList] = lists;
  if (size !== undefined) carryOver(reader, ["resources", "shm_size"], size.size, size.at);
  if (list !== undefined) carryOver(reader, ["resources", "docker_args"], list.list.join(" "), list.at);
  const others = defined({
    size: otherSize === undefined || otherSize.size === size?.size ? undefined : otherSize.at,
    list: otherList === undefined || otherList.list.join(" ") === list?.list.join(" ") ? undefined : otherList.at,
  });
  for (const at of Object.values(others))
    notCarriedOver(
      add,
      at,
      `docker.${String(at.at(-1))} has another value, which takes precedence.`,
      "Write one of the two.",
    );
}
