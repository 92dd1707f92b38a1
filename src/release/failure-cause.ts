import type { ServiceError } from "../azure/outcome.ts";
import { leafCause } from "../azure/service-error.ts";
import type { TestReport } from "../report/result.ts";

/** What has broken a deployment, in the words of whoever noticed it, and what to do. */
export type FailureCause = {
  /** Azure's code where Azure says more than that it failed; else ours. */
  readonly code: string;
  /** The sentence, without a full stop at its end. */
  readonly message: string;
  readonly advice?: string;
};

/** What a deployment's containers wrote, the one that serves first. */
export type ContainerLogs = { readonly server?: string; readonly initializer?: string };

type Pattern = {
  readonly code: string;
  /** On one line. */
  readonly when: RegExp;
  readonly advice: (match: RegExpExecArray) => string;
};

/** Names of modules that are not the names of the packages which have them. */
const packages: Readonly<Record<string, string>> = {
  sklearn: "scikit-learn",
  cv2: "opencv-python-headless",
  PIL: "pillow",
  yaml: "pyyaml",
  dotenv: "python-dotenv",
  azureml: "azureml-core",
  "azureml.core": "azureml-core",
  inference_schema: "inference-schema",
  azureml_inference_server_http: "azureml-inference-server-http",
};

/** What the program in the container says: it is nearer to the cause than whoever looked from outside. The first that fits decides. */
const inLogs: readonly Pattern[] = [
  {
    code: "ModuleNotFound",
    when: /ModuleNotFoundError: No module named '([\w.]+)'/,
    advice: ([, name = ""]) => {
      const root = name.split(".")[0] ?? name;
      const known = Object.hasOwn(packages, name)
        ? packages[name]
        : Object.hasOwn(packages, root)
          ? packages[root]
          : root;
      return `Add ${known ?? root} to the pip part of the environment's conda_file, or put the module ${name} into the code folder beside the scoring script.`;
    },
  },
  {
    code: "ImportFailed",
    when: /ImportError: .+/,
    advice: () => "Versions in the environment do not fit each other: pin those that the model was trained with.",
  },
  {
    code: "ScoringScriptNotFound",
    when: /(?:can't open file|No such file or directory:?|not found:?|FileNotFoundError:?)\s.*?([\w.-]{1,100}\.py)\b/i,
    advice: ([, script = ""]) =>
      `${script} is not in the code folder: scoring_script is relative to code_configuration.code.`,
  },
  {
    code: "FileNotFound",
    when: /(?:FileNotFoundError|No such file or directory|NotADirectoryError|IsADirectoryError).*?['"]([^'"]+)['"]/,
    advice: ([, path = ""]) =>
      `${path} is not in the container. A model is below the folder that the variable AZUREML_MODEL_DIR names: a model file directly in it, a folder by its own name.`,
  },
  {
    code: "ScriptIncomplete",
    when: /(?:module '.*' has no attribute '(init|run)'|(?:missing|must (?:have|define|implement)).{0,40}\b(init|run)\(\))/i,
    advice: ([, first, second]) =>
      `The scoring script has to define ${first ?? second ?? "init and run"}(), at its top level.`,
  },
  {
    code: "OutOfMemory",
    when: /OOMKilled|MemoryError|\bKilled\b.*\b(?:memory|SIGKILL)|out of memory|signal(?:led)?\W+9\b|SIGKILL/i,
    advice: () => "The container ran out of memory: use a larger instance_type, or fewer workers (WORKER_COUNT).",
  },
  {
    code: "PortInUse",
    when: /address already in use/i,
    advice: () =>
      "Two servers want one port: let the image start one alone, at the port that its inference_config names.",
  },
  {
    code: "ScriptFailed",
    when: /^\s*((?:[\w.]+\.)?\w*(?:Error|Exception))\b(?::|$).*/,
    advice: () =>
      "The scoring script failed before it was ready: the traceback is in the log above this line. Its init() can be tried with type: local.",
  },
];

/** What Azure, or the cluster, says. */
const inErrors: readonly Pattern[] = [
  {
    code: "ImageNotPulled",
    when: /ErrImagePull|unable to (?:download|pull) (?:user )?container image|ImagePullBackOff|InvalidImageName|failed to pull image|pull access denied|manifest (?:for .* )?(?:unknown|not found)|(?:unauthorized|denied).*(?:pull|image|registry)|(?:image|registry).*(?:unauthorized|denied|not found|does not exist|cannot be pulled|could not be pulled|unable to pull)/i,
    advice: () =>
      "Check the image's name and tag. For a registry of your own the endpoint's identity needs AcrPull on it; for any other one the workspace's registry has to hold a copy.",
  },
  {
    code: "PortDoesNotAnswer",
    when: /(?:readiness|liveness|startup) (?:probe|route|check)|probe failed|connection refused|(?:port|route)\b.{0,60}(?:not (?:answer|respond|listen|reachable)|unreachable)|ResourceNotReady|did not become ready/i,
    advice: () =>
      "The container does not answer its probes. A custom container has to listen on 0.0.0.0 at the port and routes of its inference_config; a slow start needs a longer initial_delay or more failure_threshold in liveness_probe and readiness_probe.",
  },
  {
    code: "ImageBuildFailed",
    when: /ImageBuildFailure|image build/i,
    advice: () => "Building the environment failed. The image build log names the package; pin versions that exist.",
  },
  {
    code: "OutOfQuota",
    when: /OutOfQuota|quota|not enough (?:capacity|cores)|OutOfCapacity/i,
    advice: () =>
      "Two deployments run beside each other until the old one is removed, and an upgrade needs 20 % more: ask for quota of this size, use a smaller instance_type or a lower instance_count, or strategy: replace.",
  },
  {
    code: "ModelNotFound",
    when: /(?:model|blob|artifact|container|asset)\b.{0,120}(?:not found|does not exist|could not be (?:found|downloaded))|ResourceNotFound/i,
    advice: () =>
      "Something that the deployment refers to does not exist, or its identity cannot read it: it needs Storage Blob Data Reader on the workspace's storage.",
  },
  {
    code: "NotPermitted",
    when: /AuthorizationFailed|does not have (?:permission|authorization)|Forbidden|SecretsInjectionError/i,
    advice: () => "The endpoint's identity lacks a role: give it what the message names, and release again.",
  },
];

/** The code where neither Azure nor a log says more than that it failed. */
const nothingKnown = "DeploymentFailed";

/**
 * The leaf cause of a deployment's failure: what the program in the container says, else what Azure says deepest, JSON within
 * JSON within messages included.
 */
export function failureCause(
  error: ServiceError | undefined,
  { server = "", initializer = "" }: ContainerLogs,
): FailureCause {
  const leaf = error === undefined ? undefined : leafCause(error);
  // Links to the service's guide name errors of their own.
  const azure = leaf === undefined ? "" : `${leaf.code} ${leaf.message.replaceAll(/https?:\/\/\S+/g, "")}`;
  const initial = found(initializer, [...inErrors, ...inLogs]);
  const fromServer = found(server, inLogs);
  const fromAzure = firstOf(azure, inErrors) ?? firstOf(azure, inLogs);
  // A failed build or a missing image leaves no program that could say anything: an older log may be there all the same.
  const isBeforeStart =
    fromAzure !== undefined && /^(ImageNotPulled|ImageBuildFailed|OutOfQuota)$/.test(fromAzure.code);
  if (!isBeforeStart && fromServer !== undefined) return fromServer;
  if (!isBeforeStart && initial !== undefined && fromAzure?.code !== "PortDoesNotAnswer") return initial;
  const message = leaf?.message.replace(/\.$/, "") ?? "the service gave no reason";
  const code = leaf?.code ?? fromAzure?.code ?? nothingKnown;
  return {
    code,
    message: firstLine(message),
    ...(fromAzure?.advice === undefined ? {} : { advice: fromAzure.advice }),
  };
}

/** A cause as sentences, with what to do about it. */
export function causeText({ code, message, advice }: FailureCause): string {
  return `${message} [${code}].${advice === undefined ? "" : ` ${advice}`}`;
}

/**
 * Why smoke tests were answered with errors: a script that answers so has said why in its own log. A managed endpoint answers
 * 424 in the place of what its model has answered.
 *
 * @returns sentences, after a space; empty where no answer was an error, or where the log tells no cause.
 */
export function causeOfAnswers(reports: readonly Pick<TestReport, "passed" | "status">[], logs: ContainerLogs): string {
  if (!reports.some(({ passed, status }) => !passed && /^(424|5\d\d)$/.test(status ?? ""))) return "";
  const cause = failureCause(undefined, logs);
  return cause.code === nothingKnown ? "" : ` ${causeText(cause)}`;
}

/** Lines of a container's log that the report has. Our choice. */
const tailLines = 40;

/** The end of the log that says most about a failure: the program's own, else that of what came before it. */
export function tailOf({ server, initializer }: ContainerLogs): string | undefined {
  const text = [server, initializer].find((log) => log !== undefined && log.trim() !== "");
  return text?.trim().split(/\r?\n/).slice(-tailLines).join("\n");
}

/** The last line that tells a cause: a traceback ends with it. */
function found(log: string, patterns: readonly Pattern[]): FailureCause | undefined {
  const lines = withoutWrappers(log.split(/\r?\n/).slice(-longestLog)).map((line) => line.slice(0, longestLine));
  for (const pattern of patterns) {
    const line = lines.findLast((one) => pattern.when.test(one));
    const cause = line === undefined ? undefined : firstOf(line, [pattern]);
    if (cause !== undefined) return cause;
  }
  return undefined;
}

/** A server wraps what a script has raised into an exception of its own, which says only that the script has failed. */
function withoutWrappers(lines: readonly string[]): readonly string[] {
  let isWrapper = false;
  return lines.filter((line) => {
    if (/the direct cause of the following exception:/.test(line)) isWrapper = true;
    const isKept = !isWrapper;
    if (isWrapper && /^[\w.]+(?:Error|Exception)\b/.test(line)) isWrapper = false;
    return isKept;
  });
}

/** Lines that are looked at. Our choice: more than any traceback has. */
const longestLog = 2000;
/** Signs of a line that are looked at. Our choice: a script may print whole requests. */
const longestLine = 2000;

/** Signs of what Azure says that are looked at. Our choice. */
const longestText = 10_000;

function firstOf(text: string, patterns: readonly Pattern[]): FailureCause | undefined {
  for (const { code, when, advice } of patterns) {
    const match = when.exec(text.slice(0, longestText));
    if (match !== null) return { code, message: firstLine(text.slice(match.index)), advice: advice(match) };
  }
  return undefined;
}

function firstLine(text: string): string {
  const line = text.trim().split(/\r?\n/)[0] ?? "";
  return (line.length > 500 ? `${line.slice(0, 499)}…` : line).replace(/\.$/, "");
}
