import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { password } from "../__tests__/support/step.ts";
import type { Emulator } from "../emulator/emulator.ts";
import type { JournalEntry } from "../emulator/journal.ts";
import { seeded } from "../emulator/settings.ts";

/** The workflow engine (nektos/act, without containers), and what is promised of the workflows that it runs. */
const root = join(import.meta.dirname, "..");
const version = "0.2.89";
export const repository = "octo-org/octo-repo";
/** Far above what a run takes; an engine that hangs shall not hold up everything else. */
const limitMinutes = 5;

const variables = {
  AZURE_CLIENT_ID: seeded.clientId,
  AZURE_TENANT_ID: seeded.tenantId,
  AZURE_SUBSCRIPTION_ID: seeded.subscriptionId,
  AZURE_RESOURCE_GROUP: seeded.resourceGroup,
  AZURE_ML_WORKSPACE: seeded.workspace,
};

export type Run = {
  readonly exitCode: number | null;
  /** What the engine shows: logs with `| ` before them, workflow commands, outputs, summaries. */
  readonly output: string;
  readonly requests: readonly JournalEntry[];
};

export type RunOptions = {
  readonly variables?: Readonly<Record<string, string>>;
  readonly attempt?: string;
  /** The workflow's own token for GitHub; without one nothing is asked of GitHub. */
  readonly token?: string;
  /** Of `workflow_dispatch`. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** A folder of programs that steps find first. */
  readonly programs?: string;
};

export type WorkflowEngine = {
  /** What it runs in: changes of its files are seen by the next run. */
  readonly checkout: string;
  /** The checkout's commit. */
  readonly head: string;
  /** Runs a workflow for an event: a path, or a name in `.github/workflows/`. `OWNER/azureml-targets@v1` is the checkout. */
  readonly run: (
    workflow: string,
    event: "push" | "pull_request" | "schedule" | "workflow_dispatch",
    payload: unknown,
    options?: RunOptions,
  ) => Promise<Run>;
  /** Says whether a promise is kept, and shows the evidence where it is not. */
  readonly promise: (text: string, isKept: boolean, evidence?: Run) => void;
  /** What was shown by all runs. */
  readonly outputs: readonly string[];
  readonly counts: () => { readonly kept: number; readonly notKept: number };
};

/** @param folder for everything that is made. */
export function createWorkflowEngine(folder: string, emulator: Emulator): WorkflowEngine {
  const engine = installAct();
  const checkout = join(folder, "checkout");
  mkdirSync(join(folder, "home"), { recursive: true });
  const head = copyCheckout(checkout);
  // What GitHub and Azure provide besides the workflow: OIDC, the cloud's address. The rest is in the workflow itself.
  const played = emulator.environment("cloud");
  const environment = Object.fromEntries(
    [
      "NODE_EXTRA_CA_CERTS",
      "ARM_CLOUD_METADATA_URL",
      "ACTIONS_ID_TOKEN_REQUEST_URL",
      "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
      "GITHUB_API_URL",
    ].map((name) => [name, played[name] ?? ""]),
  );
  const outputs: string[] = [];
  let kept = 0;
  let notKept = 0;
  let shown = "";
  return {
    checkout,
    head,
    outputs,
    counts: () => ({ kept, notKept }),
    run: async (workflow, event, payload, options = {}) => {
      const file = (name: string, content: unknown) => {
        const path = join(folder, name);
        writeFileSync(path, JSON.stringify(content));
        return path;
      };
      const { attempt = "1" } = options;
      const token = options.token === undefined ? {} : { GITHUB_TOKEN: options.token };
      emulator.clearJournal();
      const parameters = [
        ...[event, "--workflows", workflow.includes("/") ? workflow : join(".github", "workflows", workflow)],
        ...["--platform", "ubuntu-latest=-self-hosted"],
        ...["--local-repository", `OWNER/azureml-targets@v1=${checkout}`],
        ...Object.entries(options.inputs ?? {}).flatMap(([name, value]) => ["--input", `${name}=${value}`]),
        ...["--eventpath", file("event.json", payload), "--no-cache-server"],
        ...["--action-cache-path", join(folder, "cache")],
        // In files, because a command line is there for everybody on the machine to read. JSON is YAML.
        ...["--secret-file", file("secrets.yml", { DSVM_PASSWORD: password, ...token })],
        ...["--env-file"],
        file("env.yml", { ...environment, GITHUB_REPOSITORY: repository, GITHUB_RUN_ATTEMPT: attempt }),
        ...Object.entries(options.variables ?? variables).flatMap(([name, value]) => ["--var", `${name}=${value}`]),
      ];
      // Without containers the engine hands its own environment on to the steps, so it gets no more than it needs. It runs
      // actions with the first Node on the path, and action.yml asks for the one of the development dependencies.
      const path = [
        ...(options.programs === undefined ? [] : [options.programs]),
        join(root, "node_modules", ".bin"),
        process.env["PATH"] ?? "",
      ].join(delimiter);
      const child = spawn(engine, parameters, {
        cwd: checkout,
        env: { PATH: path, HOME: join(folder, "home") },
        stdio: ["ignore", "pipe", "pipe"],
        timeout: limitMinutes * 60_000,
      });
      let output = "";
      const add = (text: string) => (output += text);
      child.stdout.setEncoding("utf8").on("data", add);
      child.stderr.setEncoding("utf8").on("data", add);
      const exitCode = await new Promise<number | null>((resolve) => child.once("close", resolve));
      outputs.push(output);
      return { exitCode, output, requests: emulator.journal() };
    },
    promise: (text, isKept, evidence) => {
      console.log(`${isKept ? "ok  " : "FAIL"} act: ${text}`);
      if (isKept) kept += 1;
      else notKept += 1;
      if (isKept || evidence === undefined || evidence.output === shown) return;
      shown = evidence.output;
      console.log(evidence.output);
      for (const { method, path: at, status } of evidence.requests) console.log(`     ${method} ${at} -> ${status}`);
    },
  };
}

/** The event of a push to main. */
export function push(commit: string): unknown {
  return {
    ref: "refs/heads/main",
    before: "0".repeat(40),
    after: commit,
    deleted: false,
    repository: { full_name: repository, default_branch: "main" },
  };
}

/** True when a step set the output to that: `name=value`. */
export function sets({ output }: Run, pair: string): boolean {
  return output.split("\n").some((text) => text.endsWith(`::set-output:: ${pair}`));
}

/** Every request to Azure that is not a read; asking for a token changes nothing. */
export function changes({ requests }: Run): readonly JournalEntry[] {
  return requests.filter(
    ({ method, path: at }) =>
      !["GET", "HEAD"].includes(method) && !at.endsWith("/oauth2/v2.0/token") && !at.startsWith("/_github/"),
  );
}

/** What a checkout of the current work tree would hold; the commit. */
function copyCheckout(to: string): string {
  const git = (...parameters: readonly string[]) =>
    execFileSync("git", ["-c", "user.name=somebody", "-c", "user.email=somebody@example.com", ...parameters], {
      encoding: "utf8",
      cwd: to,
    });
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  for (const name of listed.split("\0")) {
    if (name === "" || !existsSync(join(root, name))) continue;
    mkdirSync(dirname(join(to, name)), { recursive: true });
    cpSync(join(root, name), join(to, name));
  }
  git("init", "--quiet", "--initial-branch", "main");
  git("add", "--all");
  git("commit", "--quiet", "--message", "Everything");
  return git("rev-parse", "HEAD").trim();
}

/** The pinned engine, compiled once. */
function installAct(): string {
  const bin = join(root, ".tools", "bin");
  const path = join(bin, "act");
  const installed = existsSync(path) ? execFileSync(path, ["--version"], { encoding: "utf8" }).trim() : "";
  if (installed !== `act version ${version}`) {
    console.log(`Compiling act ${version} into .tools/bin; that takes a minute or two the first time.`);
    execFileSync("go", ["install", `github.com/nektos/act@v${version}`], {
      env: { ...process.env, GOBIN: bin },
      stdio: "inherit",
    });
  }
  return path;
}
