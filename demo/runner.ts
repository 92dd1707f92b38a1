import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve as resolvePath } from "node:path";
import { parse } from "yaml";
import { seeded } from "../emulator/settings.ts";

/** The action as a GitHub runner runs it: a process, an environment, files for its outputs, and a reader of its log. */

const root = join(import.meta.dirname, "..");
/** `npm run coverage` runs a bundle of its own that tells which line of the sources ran; see `scripts/coverage.ts`. */
const { COVERED_ACTION: coveredAction, NODE_V8_COVERAGE: coverageFolder } = process.env;

type ActionFile = {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly runs: { readonly main: string; readonly post: string };
};

export type RunnerOptions = {
  /** The checkout: `GITHUB_WORKSPACE`, and the folder in which the action runs. */
  readonly checkout: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** Secrets and settings of the step, and what the way into Azure needs. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly event?: { readonly name: string; readonly payload?: unknown };
  readonly commit?: string;
  readonly runId?: string;
  readonly runAttempt?: string;
  /** Kept between steps of one machine: `RUNNER_TOOL_CACHE`. */
  readonly toolCache?: string;
  /** Each line of the log as the runner shows it: masked, without workflow commands. */
  readonly onLine?: (line: string) => void;
  /** Cancel the workflow when a line of the log matches: SIGINT, 7.5 s later SIGTERM, 2.5 s later SIGKILL. */
  readonly cancelAt?: RegExp;
  /** Milliseconds between that line and the first signal. */
  readonly cancelDelayMs?: number;
  /** Kill the process without a word when a line of the log matches. */
  readonly killAt?: RegExp;
  /** Told of the process of the step when it has begun: how to kill it, and how to cancel the workflow. */
  readonly onStart?: (kill: () => void, cancel: () => void) => void;
  /** What is run in place of the action's own main; default: what `action.yml` names. */
  readonly main?: string;
  /** The job ends with the step: its machine is gone before the post step. */
  readonly withoutPost?: boolean;
};

export type Annotation = {
  readonly severity: string;
  readonly message: string;
  readonly properties: Readonly<Record<string, string>>;
};

export type StepResult = {
  readonly exitCode: number | null;
  /** The log as the runner shows it. */
  readonly log: readonly string[];
  /** The log as the process wrote it. */
  readonly raw: string;
  readonly annotations: readonly Annotation[];
  readonly masks: readonly string[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  /** The job summary, of main and post together. */
  readonly summary: string;
  /** Milliseconds from the cancellation to the end of the process. */
  readonly cancelMs?: number;
};

/** The environment of a step, and the files that the runner reads after it. */
export function prepareStep(options: RunnerOptions): {
  readonly environment: Record<string, string>;
  readonly files: Readonly<Record<string, string>>;
  readonly runs: ActionFile["runs"];
} {
  const action = parse(readFileSync(join(root, "action.yml"), "utf8")) as ActionFile;
  const temporary = mkdtempSync(join(tmpdir(), "runner-"));
  const files = Object.fromEntries(
    ["OUTPUT", "STATE", "STEP_SUMMARY", "ENV", "PATH"].map((name) => {
      const path = join(temporary, name.toLowerCase());
      writeFileSync(path, "");
      return [`GITHUB_${name}`, path];
    }),
  );
  const eventPath = join(temporary, "event.json");
  writeFileSync(eventPath, JSON.stringify(options.event?.payload ?? {}));
  mkdirSync(join(temporary, "temp"));
  const inputs = {
    ...Object.fromEntries(
      Object.entries(action.inputs).map(([name, { default: value = "" }]) => [
        name,
        value.replace("${{ github.token }}", seeded.githubToken),
      ]),
    ),
    ...options.inputs,
  };
  const environment: Record<string, string> = {
    PATH: process.env["PATH"] ?? "",
    HOME: process.env["HOME"] ?? "",
    LANG: "C.UTF-8",
    ...(coverageFolder === undefined ? {} : { NODE_V8_COVERAGE: coverageFolder }),
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_WORKSPACE: options.checkout,
    GITHUB_EVENT_NAME: options.event?.name ?? "push",
    GITHUB_EVENT_PATH: eventPath,
    GITHUB_SHA: options.commit ?? "0123456789abcdef0123456789abcdef01234567",
    GITHUB_REF: "refs/heads/main",
    GITHUB_REPOSITORY: "octo-org/octo-repo",
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_API_URL: "https://api.github.com",
    GITHUB_WORKFLOW_REF: "octo-org/octo-repo/.github/workflows/ml.yml@refs/heads/main",
    GITHUB_RUN_ID: options.runId ?? "1001",
    GITHUB_RUN_ATTEMPT: options.runAttempt ?? "1",
    RUNNER_TEMP: join(temporary, "temp"),
    RUNNER_TOOL_CACHE: options.toolCache ?? join(temporary, "tools"),
    ...files,
    ...Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [`INPUT_${name.replaceAll(" ", "_").toUpperCase()}`, value]),
    ),
    ...options.environment,
  };
  return { environment, files, runs: action.runs };
}

/** Runs the step: main, then post. */
export async function runStep(options: RunnerOptions): Promise<StepResult> {
  const { environment, files, runs } = prepareStep(options);
  const reader = createReader(options.onLine ?? (() => undefined));
  const main = await runEntry(options.main ?? runs.main, environment, options, reader);
  const state = keyValues(readFileSync(files["GITHUB_STATE"] ?? "", "utf8"));
  const states = Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value]));
  if (options.withoutPost !== true)
    await runEntry(runs.post, { ...environment, ...states }, { checkout: options.checkout }, reader);
  return {
    exitCode: main.exitCode,
    ...(main.cancelMs === undefined ? {} : { cancelMs: main.cancelMs }),
    ...reader.result(),
    outputs: keyValues(readFileSync(files["GITHUB_OUTPUT"] ?? "", "utf8")),
    state,
    summary: readFileSync(files["GITHUB_STEP_SUMMARY"] ?? "", "utf8"),
  };
}

type Reader = ReturnType<typeof createReader>;

async function runEntry(
  entry: string,
  env: Record<string, string>,
  options: Pick<RunnerOptions, "checkout" | "cancelAt" | "cancelDelayMs" | "killAt" | "onStart">,
  reader: Reader,
): Promise<{ readonly exitCode: number | null; readonly cancelMs?: number }> {
  const node = join(root, "node_modules", ".bin", "node");
  const child = spawn(node, [resolvePath(coveredAction ?? root, entry)], {
    cwd: options.checkout,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let cancelledAt: number | undefined;
  const timers: NodeJS.Timeout[] = [];
  const cancel = (delay = 0) => {
    if (cancelledAt !== undefined) return;
    cancelledAt = Date.now() + delay;
    for (const [after, signal] of [
      [0, "SIGINT"],
      [7_500, "SIGTERM"],
      [10_000, "SIGKILL"],
    ] as const) {
      timers.push(setTimeout(() => child.kill(signal), delay + after));
    }
  };
  options.onStart?.(
    () => void child.kill("SIGKILL"),
    () => cancel(),
  );
  const onText = (text: string) => {
    for (const line of reader.read(text)) {
      if (options.killAt?.test(line) === true) child.kill("SIGKILL");
      if (options.cancelAt?.test(line) === true) cancel(options.cancelDelayMs);
    }
  };
  child.stdout.setEncoding("utf8").on("data", onText);
  child.stderr.setEncoding("utf8").on("data", onText);
  const exitCode = await new Promise<number | null>((resolve) => child.once("close", resolve));
  for (const timer of timers) clearTimeout(timer);
  reader.flush();
  return { exitCode, ...(cancelledAt === undefined ? {} : { cancelMs: Date.now() - cancelledAt }) };
}

/** Reads a log as the runner does: commands are taken out, secrets are put out of sight. */
function createReader(onLine: (line: string) => void) {
  const log: string[] = [];
  const annotations: Annotation[] = [];
  const masks = new Set<string>();
  let raw = "";
  let partial = "";
  const unescape = (text: string) =>
    text
      .replaceAll("%0D", "\r")
      .replaceAll("%0A", "\n")
      .replaceAll("%3A", ":")
      .replaceAll("%2C", ",")
      .replaceAll("%25", "%");
  const show = (line: string) => {
    const masked = [...masks]
      .sort((a, b) => b.length - a.length)
      .reduce((text, secret) => text.replaceAll(secret, "***"), line);
    log.push(masked);
    onLine(masked);
  };
  const take = (line: string) => {
    const [, command, parameters = "", data = ""] = /^\s*::([a-z-]+)(?: ([^:]*))?::(.*)$/s.exec(line) ?? [];
    switch (command) {
      case undefined:
        show(line);
        return;
      case "add-mask":
        masks.add(unescape(data));
        return;
      case "group":
        show(`> ${unescape(data)}`);
        return;
      case "endgroup":
        return;
      case "error":
      case "warning":
      case "notice": {
        const pairs = parameters.split(",").filter((pair) => pair.includes("="));
        annotations.push({
          severity: command,
          message: unescape(data),
          properties: Object.fromEntries(
            pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), unescape(pair.slice(pair.indexOf("=") + 1))]),
          ),
        });
        show(`${command}: ${unescape(data)}`);
        return;
      }
      default:
        show(`(command ${command})`);
    }
  };
  return {
    read: (text: string): readonly string[] => {
      raw += text;
      const lines = (partial + text).split("\n");
      partial = lines.pop() ?? "";
      for (const line of lines) take(line);
      return lines;
    },
    flush: () => {
      if (partial !== "") take(partial);
      partial = "";
    },
    result: () => ({ log, raw, annotations, masks: [...masks] }),
  };
}

/** The runner's file format: `name=value`, or a value of several lines between two equal marks. */
function keyValues(text: string): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  const lines = text.split("\n");
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    const [, name, mark] = /^([^=]+?)<<(.+)$/.exec(line) ?? [];
    if (name !== undefined && mark !== undefined) {
      const end = lines.indexOf(mark, index + 1);
      values[name] = lines.slice(index + 1, end).join("\n");
      index = end;
    } else if (line.includes("=")) {
      values[line.slice(0, line.indexOf("="))] = line.slice(line.indexOf("=") + 1);
    }
  }
  return values;
}
