import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { password, writesIn } from "../__tests__/support/step.ts";
import { startEmulator } from "../emulator/emulator.ts";
import type { JournalEntry } from "../emulator/journal.ts";
import { seeded } from "../emulator/settings.ts";

/**
 * The sample workflows in `.github/workflows/`, executed by a workflow engine (nektos/act, without containers) against
 * the emulator. What the engine makes is in a temporary folder; the engine itself is kept in `.tools/`.
 */
const root = join(import.meta.dirname, "..");
const version = "0.2.89";
const repository = "octo-org/octo-repo";
const pullNumber = 7;
/** Far above what a run takes; an engine that hangs shall not hold up everything else. */
const limitMinutes = 5;

const engine = installAct();
const folder = mkdtempSync(join(tmpdir(), "act-"));
// Before the emulator, so that it goes after it.
using _temporary = { [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
await using emulator = await startEmulator({
  stateFolder: join(folder, "emulator"),
  durations: { default: 0.2 },
});

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
const variables = {
  AZURE_CLIENT_ID: seeded.clientId,
  AZURE_TENANT_ID: seeded.tenantId,
  AZURE_SUBSCRIPTION_ID: seeded.subscriptionId,
};

const checkout = join(folder, "checkout");
const head = copyCheckout(checkout);
const declaration = join(checkout, "examples", "train-plain", "azureml.yml");

let kept = 0;
let notKept = 0;
let shown = "";
const outputs: string[] = [];

// A pull request to an empty workspace.
emulator.putPullRequest({ number: pullNumber, head, files: [] });
const proposed = await run("pull_request", pullRequest(repository), { token: seeded.githubToken });
promise("a pull request is validated and planned, both green", proposed.exitCode === 0, proposed);
promise("validate says that it succeeded", proposed.output.includes("| validate succeeded."), proposed);
promise(
  "the plan's outputs are there for other steps",
  ["has-changes=true", "to-create=1", "to-attach=1"].every((output) => sets(proposed, output)),
  proposed,
);
promise(
  "a pull request whose plan has changes says so",
  proposed.output.includes("Merging creates 1, attaches 1, updates 0 and attaches 0 anew."),
  proposed,
);
promise("the plan signs in with GitHub's ID token", signedInWithIdToken(proposed), proposed);
promise(
  "the plan reads the workspace, and sends no write",
  reads(proposed) && changes(proposed).length === 0,
  proposed,
);

const [comment, ...otherComments] = emulator.comments(pullNumber);
promise(
  "the pull request has one comment, with the plan",
  otherComments.length === 0 && comment?.body.includes("dsvm") === true,
  proposed,
);
const proposedAgain = await run("pull_request", pullRequest(repository), { token: seeded.githubToken });
promise(
  "the same again leaves the comment as it is",
  emulator.comments(pullNumber).length === 1 && githubWrites(proposedAgain).length === 0,
  proposedAgain,
);

// The same from a fork, and with a mistake in it.
const fork = await run("pull_request", pullRequest("somebody/octo-repo"));
promise(
  "a pull request from a fork is validated, green, without one request to Azure or GitHub",
  fork.exitCode === 0 && fork.output.includes("| validate succeeded.") && fork.requests.length === 0,
  fork,
);
const right = readFileSync(declaration, "utf8");
const wrong = right.replace("max_instances:", "max_instance:");
const line = wrong.split("\n").findIndex((text) => text.includes("max_instance:")) + 1;
writeFileSync(declaration, wrong);
const mistaken = await run("pull_request", pullRequest(repository));
writeFileSync(declaration, right);
promise("a pull request with a wrong file is red, and nothing is planned", isRedBeforePlan(mistaken), mistaken);
promise(
  "its annotation is at file, line and column",
  mistaken.output.includes(
    `::error title=unknown-key,file=examples/train-plain/azureml.yml,line=${line},col=5::Unknown key "max_instance". Did you mean max_instances?`,
  ),
  mistaken,
);

// Pushes to main: the first, the same again, and the next commit.
const unconfigured = await run("push", push(head), { variables: {} });
promise(
  "a repository that has no Azure identity skips the push, green",
  unconfigured.exitCode === 0 && unconfigured.requests.length === 0,
  unconfigured,
);
const first = await run("push", push(head));
promise("a push is green", first.exitCode === 0, first);
promise(
  "it creates the cluster, attaches the machine and submits the run, each exactly once",
  isOnceEach(writesIn(first.requests)),
  first,
);
promise("it follows the training to its end", first.output.includes("| epoch 3"), first);
promise("the run's outputs are there for other steps", first.output.includes("::Completed, see https://"), first);
const again = await run("push", push(head), { attempt: "2" });
promise(
  "running the push again is green and writes nothing at all",
  again.exitCode === 0 && changes(again).length === 0 && sets(again, "changed=false") && sets(again, "run-reused=true"),
  again,
);
const next = await run("push", push("b".repeat(40)));
const nextWrites = writesIn(next.requests);
promise(
  "the next commit trains again, and sends no write of a compute",
  next.exitCode === 0 && nextWrites.length === 1 && nextWrites.every((write) => write.startsWith("PUT jobs/")),
  next,
);
promise("no attachment broke another", emulator.violations().length === 0, next);

const unchanged = await run("pull_request", pullRequest(repository));
promise(
  "a pull request that changes nothing says nothing of changes",
  unchanged.exitCode === 0 && sets(unchanged, "has-changes=false") && !unchanged.output.includes("Merging creates"),
  unchanged,
);

promise("the post steps of all of them are green", postStepsAreGreen());
promise("no secret and no token is in anything that the engine shows", !outputs.some(showsSecret));

console.log(`act: ${kept} kept, ${notKept} not kept`);
process.exitCode = notKept === 0 ? 0 : 1;

type Run = {
  readonly exitCode: number | null;
  /** What the engine shows: logs with `| ` before them, workflow commands, outputs, summaries. */
  readonly output: string;
  readonly requests: readonly JournalEntry[];
};

/** Runs the sample workflows of an event. */
async function run(
  event: "push" | "pull_request",
  payload: unknown,
  options: {
    readonly variables?: Readonly<Record<string, string>>;
    readonly attempt?: string;
    /** The workflow's own token for GitHub; without one nothing is asked of GitHub. */
    readonly token?: string;
  } = {},
): Promise<Run> {
  const file = (name: string, content: unknown) => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(content));
    return path;
  };
  const { attempt = "1" } = options;
  const token = options.token === undefined ? {} : { GITHUB_TOKEN: options.token };
  const workflow = event === "push" ? "sample-push.yml" : "sample-pull-request.yml";
  emulator.clearJournal();
  const parameters = [
    ...[event, "--workflows", join(".github", "workflows", workflow), "--platform", "ubuntu-latest=-self-hosted"],
    ...["--eventpath", file("event.json", payload), "--no-cache-server", "--action-cache-path", join(folder, "cache")],
    // In files, because a command line is there for everybody on the machine to read. JSON is YAML.
    ...["--secret-file", file("secrets.yml", { DSVM_PASSWORD: password, ...token })],
    ...["--env-file", file("env.yml", { ...environment, GITHUB_REPOSITORY: repository, GITHUB_RUN_ATTEMPT: attempt })],
    ...Object.entries(options.variables ?? variables).flatMap(([name, value]) => ["--var", `${name}=${value}`]),
  ];
  // Without containers the engine hands its own environment on to the steps, so it gets no more than it needs. It runs
  // actions with the first Node on the path, and action.yml asks for the one of the development dependencies.
  const path = [join(root, "node_modules", ".bin"), process.env["PATH"] ?? ""].join(delimiter);
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
}

function promise(text: string, isKept: boolean, evidence?: Run): void {
  console.log(`${isKept ? "ok  " : "FAIL"} act: ${text}`);
  if (isKept) kept += 1;
  else notKept += 1;
  if (isKept || evidence === undefined || evidence.output === shown) return;
  shown = evidence.output;
  console.log(evidence.output);
  for (const { method, path: at, status } of evidence.requests) console.log(`     ${method} ${at} -> ${status}`);
}

function pullRequest(from: string): unknown {
  const at = (fullName: string, ref: string) => ({ ref, sha: head, repo: { full_name: fullName } });
  const number = pullNumber;
  return {
    action: "synchronize",
    number,
    pull_request: { number, head: at(from, "topic"), base: at(repository, "main"), user: { login: "somebody" } },
    repository: { full_name: repository, default_branch: "main" },
  };
}

function push(commit: string): unknown {
  return {
    ref: "refs/heads/main",
    before: "0".repeat(40),
    after: commit,
    deleted: false,
    repository: { full_name: repository, default_branch: "main" },
  };
}

/** True when a step set the output to that: `name=value`. */
function sets({ output }: Run, pair: string): boolean {
  return output.split("\n").some((text) => text.endsWith(`::set-output:: ${pair}`));
}

function reads({ requests }: Run): boolean {
  return requests.some(({ method, path: at }) => method === "GET" && at.endsWith("/computes"));
}

/** Every request to Azure that is not a read; asking for a token changes nothing. */
function changes({ requests }: Run): readonly JournalEntry[] {
  return requests.filter(
    ({ method, path: at }) =>
      !["GET", "HEAD"].includes(method) && !at.endsWith("/oauth2/v2.0/token") && !at.startsWith("/_github/"),
  );
}

/** Writes of comments. */
function githubWrites({ requests }: Run): readonly JournalEntry[] {
  return requests.filter(
    ({ method, path: at }) => ["POST", "PATCH", "DELETE"].includes(method) && at.includes("/comments"),
  );
}

function signedInWithIdToken({ requests }: Run): boolean {
  return requests.some(({ path: at, status }) => at === "/_github/id-token" && status === 200);
}

function isRedBeforePlan({ exitCode, output, requests }: Run): boolean {
  return exitCode === 1 && output.includes("Job 'validate' failed") && requests.length === 0;
}

function isOnceEach(writes: readonly string[]): boolean {
  const [cluster, machine, job, ...others] = [...writes].sort();
  return (
    cluster === "PUT computes/cpu-cluster" &&
    machine === "PUT computes/dsvm" &&
    job?.startsWith("PUT jobs/") === true &&
    others.length === 0
  );
}

function postStepsAreGreen(): boolean {
  const count = (pattern: RegExp) => outputs.join("\n").match(pattern)?.length ?? 0;
  const started = count(/Run Main \.\/$/gm);
  return started > 0 && count(/Success - Post \.\/ /g) === started;
}

function showsSecret(output: string): boolean {
  const secrets = [password, seeded.clientSecret, seeded.idTokenRequestToken, seeded.githubToken];
  return secrets.some((secret) => output.includes(secret)) || /\beyJ[\w-]{10,}\./.test(output);
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
  mkdirSync(join(folder, "home"), { recursive: true });
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
