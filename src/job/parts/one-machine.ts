import type { NodePath } from "../../yaml/source.ts";
import { isMapping } from "../../yaml/wording.ts";

/** What `resources` and `distribution` mean to a job that runs on one machine by itself, as one process. */
export type OneMachine = {
  /** What of them one process cannot be, by places beside `resources` and `distribution`. */
  readonly faults: readonly { readonly path: NodePath; readonly message: string }[];
  /** What Azure ML sets for the only process of a distributed job. */
  readonly variables: Readonly<Record<string, string>>;
  /** For a container. */
  readonly shmSize?: string;
  readonly dockerArgs: readonly string[];
};

/** @param declared in ARM's own shape. */
export function oneMachine(declared: {
  readonly resources?: object | undefined;
  readonly distribution?: object | undefined;
}): OneMachine {
  const resources: Readonly<Record<string, unknown>> = isMapping(declared.resources) ? declared.resources : {};
  const distribution: Readonly<Record<string, unknown>> = isMapping(declared.distribution) ? declared.distribution : {};
  const { shmSize, dockerArgs, dockerArgsList } = resources;
  return {
    faults: [...instanceFaults(resources), ...distributionFaults(distribution)],
    variables: distribution["distributionType"] === "PyTorch" ? onlyTorchProcess : {},
    ...(typeof shmSize === "string" ? { shmSize } : {}),
    dockerArgs: Array.isArray(dockerArgsList)
      ? dockerArgsList.map(String)
      : typeof dockerArgs === "string"
        ? wordsOf(dockerArgs)
        : [],
  };
}

/**
 * What `torch.distributed` reads to find the others, for a process that is alone. The port is its own default.
 *
 * @see https://pytorch.org/docs/stable/distributed.html#environment-variable-initialization
 */
const onlyTorchProcess = {
  MASTER_ADDR: "127.0.0.1",
  MASTER_PORT: "29500",
  WORLD_SIZE: "1",
  RANK: "0",
  LOCAL_RANK: "0",
  NODE_RANK: "0",
} as const;

/** Faults of `resources` alone, for a job whose parts say the rest. */
export function instanceFaults(resources: object | undefined): OneMachine["faults"] {
  const { instanceCount } = (resources ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof instanceCount !== "number" || instanceCount <= 1) return [];
  const message = `The job needs ${instanceCount} machines (instance_count), but the runner is one.`;
  return [{ path: ["resources", "instance_count"], message }];
}

function distributionFaults(distribution: Readonly<Record<string, unknown>>): OneMachine["faults"] {
  const more = (member: string, most: number) => {
    const count = distribution[member];
    return typeof count === "number" && count > most ? count : undefined;
  };
  if (distribution["distributionType"] === "Ray") {
    const message = "Azure ML starts the Ray cluster that the job runs in; the runner starts none.";
    return [{ path: ["distribution"], message }];
  }
  const counts = [
    { key: "process_count_per_instance", count: more("processCountPerInstance", 1), are: "processes" },
    { key: "worker_count", count: more("workerCount", 1), are: "workers" },
    {
      key: "parameter_server_count",
      count: more("parameterServerCount", 0),
      are: "parameter servers beside its workers",
    },
  ];
  return counts.flatMap(({ key, count, are }) => {
    if (count === undefined) return [];
    const message = `The job needs ${count} ${are} (${key}), which Azure ML starts together; the runner starts one process.`;
    return [{ path: ["distribution", key], message }];
  });
}

/** The words of a line, of which quotes hold some together. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)].map(([word]) =>
    word.replaceAll(/"([^"]*)"|'([^']*)'/g, (_, double?: string, single?: string) => double ?? single ?? ""),
  );
}
