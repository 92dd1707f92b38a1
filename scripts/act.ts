import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { password, writesIn } from "../__tests__/support/step.ts";
import { startEmulator } from "../emulator/emulator.ts";
import type { JournalEntry } from "../emulator/journal.ts";
import { seeded } from "../emulator/settings.ts";
import { promisesOfJourneys } from "./act-journeys.ts";
import { promisesOfReleases } from "./act-releases.ts";
import { changes, createWorkflowEngine, push, repository, sets, type Run } from "./workflow-engine.ts";

/**
 * The sample workflows in `.github/workflows/`, executed by a workflow engine (nektos/act, without containers) against
 * the emulator. What the engine makes is in a temporary folder; the engine itself is kept in `.tools/`.
 */
const pullNumber = 7;
const folder = mkdtempSync(join(tmpdir(), "act-"));
// Before the emulator, so that it goes after it.
using _temporary = { [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
await using emulator = await startEmulator({
  stateFolder: join(folder, "emulator"),
  durations: { default: 0.2 },
});

const { checkout, head, outputs, promise, ...engine } = createWorkflowEngine(folder, emulator);
const workflows = { push: "sample-push.yml", pull_request: "sample-pull-request.yml" } as const;
const run = (
  event: keyof typeof workflows,
  payload: unknown,
  options?: Parameters<typeof engine.run>[3],
): Promise<Run> => engine.run(workflows[event], event, payload, options);
const declaration = join(checkout, "examples", "train-plain", "azureml.yml");

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

await promisesOfReleases({ checkout, head, outputs, promise, ...engine }, emulator);
await promisesOfJourneys({ checkout, head, outputs, promise, ...engine }, emulator);

promise("the post steps of all of them are green", postStepsAreGreen());
promise("no secret and no token is in anything that the engine shows", !outputs.some(showsSecret));

const { kept, notKept } = engine.counts();
console.log(`act: ${kept} kept, ${notKept} not kept`);
process.exitCode = notKept === 0 ? 0 : 1;

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

function reads({ requests }: Run): boolean {
  return requests.some(({ method, path: at }) => method === "GET" && at.endsWith("/computes"));
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
