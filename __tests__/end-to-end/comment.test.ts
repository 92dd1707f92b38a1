import { describe, expect, it } from "@jest/globals";
import type { Route } from "../../emulator/server/environment.ts";
import { seeded } from "../../emulator/settings.ts";
import type { StepResult } from "../../demo/runner.ts";
import { act, type StepOptions } from "../support/step.ts";
import { useEmulator, workspaceLine } from "../support/use-emulator.ts";

/** The comment of a pull request, as the built action writes it by GitHub's REST API. */
const emulator = useEmulator({
  durations: { default: 0.2 },
});

const declared = (extra = "") => ({
  "azureml.yml": `${workspaceLine}targets:\n  - { name: cpu-cluster, type: amlcompute, size: Standard_DS3_v2${extra} }\n`,
});
const mistaken = declared(", max_instance: 4");
const first = "a".repeat(40);
const second = "d".repeat(40);
const author = "github-actions[bot]";

function onPullRequest(
  command: string,
  files: Readonly<Record<string, string>>,
  {
    head = first,
    number = 7,
    event = "pull_request",
    ...options
  }: Omit<StepOptions, "event"> & PullRequestOptions = {},
): Promise<StepResult> {
  const payload = { pull_request: { number, head: { sha: head } } };
  return act(emulator, command, files, { ...options, event: { name: event, payload } });
}
type PullRequestOptions = { readonly head?: string; readonly number?: number; readonly event?: string };

const bodies = () => emulator.comments(7).map(({ body }) => body);
const requests = () =>
  emulator
    .journal()
    .filter(({ path }) => /\/(issues|pulls)\//.test(path))
    .map(({ method, path, query }) => `${method} ${path.replace(/.*octo-repo\//, "")}${query["page"] ? "?page" : ""}`);
const writes = () => requests().filter((request) => !request.startsWith("GET"));

describe.each<Route>(["cloud", "proxy"])("a comment by way of %s", (way) => {
  it("has the plan, is updated in place, and is left alone when it already says the same", async () => {
    emulator.putPullRequest({ number: 7, head: first });
    const step = await onPullRequest("plan", declared(), { way });
    expect(step.log.join("\n")).toContain("The comment on pull request #7 was created: https://github.com/");
    expect(bodies()).toEqual([expect.stringContaining("target&#58; 1 to create.")]);
    expect(bodies()[0]).toContain(`For commit ${first}.`);
    expect(bodies()[0]).toContain('<a href="https://github.com/octo-org/octo-repo/actions/runs/1001">');

    emulator.clearJournal();
    await onPullRequest("plan", declared(), { way, runId: "1002" });
    expect(writes()).toEqual([]);

    emulator.putPullRequest({ number: 7, head: second });
    await onPullRequest("plan", declared(", max_instances: 9"), { way, head: second });
    expect(bodies()).toEqual([expect.stringContaining(`For commit ${second}.`)]);
    expect(writes()).toEqual([expect.stringMatching(/^PATCH issues\/comments\/\d+$/)]);
  });
});

describe("a comment without anything to say", () => {
  it("is not created", async () => {
    emulator.putPullRequest({ number: 7, head: first });
    const step = await onPullRequest("validate", declared());
    expect(step.exitCode).toBe(0);
    expect(bodies()).toEqual([]);
    expect(step.annotations).toEqual([]);
  });

  it("is updated where it exists", async () => {
    emulator.putPullRequest({ number: 7, head: first });
    await onPullRequest("validate", mistaken);
    expect(bodies()).toEqual([expect.stringContaining("Unknown key &#34;max&#95;instance&#34;.")]);
    emulator.putPullRequest({ number: 7, head: second });
    await onPullRequest("validate", declared(), { head: second });
    expect(bodies()).toEqual([expect.stringContaining("The declarations have no problems.")]);
  });
});

describe("two steps on the same declarations", () => {
  it("share one comment: plan follows validate", async () => {
    emulator.putPullRequest({ number: 7, head: first });
    await onPullRequest("validate", mistaken);
    await onPullRequest("plan", declared());
    expect(bodies()).toEqual([expect.stringContaining("1 to create")]);
    emulator.clearJournal();
    // A validate that finds nothing takes nothing away of the plan of the same commit.
    await onPullRequest("validate", declared());
    expect(writes()).toEqual([]);
    emulator.putPullRequest({ number: 7, head: second });
    await onPullRequest("validate", declared(), { head: second });
    expect(bodies()).toEqual([expect.stringMatching(/Outdated: this is about commit a{40}, .* at d{40} now/)]);
    await onPullRequest("plan", declared(), { head: second });
    expect(bodies()).toEqual([expect.not.stringContaining("Outdated")]);
  });

  it("have one comment each when their declarations or workspaces differ", async () => {
    emulator.putPullRequest({ number: 7, head: first });
    await onPullRequest("plan", declared());
    await onPullRequest("plan", { "other.yml": declared()["azureml.yml"] }, { inputs: { config: "other.yml" } });
    await onPullRequest("validate", mistaken, { inputs: { workspace: "another" } });
    expect(bodies()).toHaveLength(3);
  });
});

describe("a comment on a pull request whose head moves", () => {
  it("is not overwritten by a run of an older commit", async () => {
    emulator.putPullRequest({ number: 7, head: second });
    await onPullRequest("plan", declared(), { head: second });
    const [body] = bodies();
    const late = await onPullRequest("validate", mistaken, { head: first });
    expect(bodies()).toEqual([body]);
    expect(late.log.join("\n")).toContain("the pull request has a newer commit than this step looked at");
  });

  it("is not created by a run of an older commit", async () => {
    emulator.putPullRequest({ number: 7, head: second });
    await onPullRequest("validate", mistaken, { head: first });
    expect(bodies()).toEqual([]);
  });

  it("is marked outdated where a run of an older commit finds the comment of an older commit", async () => {
    emulator.putPullRequest({ number: 7, head: first });
    await onPullRequest("validate", mistaken);
    emulator.putPullRequest({ number: 7, head: second });
    for (const run of ["1002", "1003"]) await onPullRequest("validate", mistaken, { head: first, runId: run });
    expect(bodies()).toEqual([expect.stringContaining("Outdated: this is about commit aaaa")]);
    expect(bodies()[0]?.match(/Outdated/g)).toHaveLength(1);
    expect(writes()).toEqual([expect.stringMatching(/^POST/), expect.stringMatching(/^PATCH/)]);
  });
});

describe("the comment of the action", () => {
  it("is found behind more than two hundred others, page by page", async () => {
    emulator.putPullRequest({ number: 7, head: first });
    for (let index = 0; index < 120; index += 1)
      emulator.putComment({ pullRequest: 7, author: "reviewer", body: `Remark ${index}` });
    await onPullRequest("validate", mistaken);
    for (let index = 0; index < 120; index += 1)
      emulator.putComment({ pullRequest: 7, author: "reviewer", body: `Answer ${index}` });
    emulator.putPullRequest({ number: 7, head: second });
    emulator.clearJournal();
    await onPullRequest("validate", mistaken, { head: second });
    expect(bodies().filter((body) => body.startsWith("<!-- azureml-targets"))).toHaveLength(1);
    expect(requests().filter((request) => request.startsWith("GET issues"))).toEqual([
      "GET issues/7/comments",
      "GET issues/7/comments?page",
      "GET issues/7/comments?page",
    ]);
    expect(writes()).toEqual([expect.stringMatching(/^PATCH/)]);
  });

  it("is never one of somebody else who pasted the mark", async () => {
    emulator.putPullRequest({ number: 7, head: first });
    await onPullRequest("validate", mistaken);
    const pasted = bodies()[0]?.replace("max_instances", "anything I like") ?? "";
    emulator.empty();
    emulator.putPullRequest({ number: 7, head: first });
    emulator.putComment({ pullRequest: 7, author: "mallory", body: pasted });
    emulator.putComment({ pullRequest: 7, author: "github-actions", body: pasted });
    await onPullRequest("validate", mistaken);
    expect(emulator.comments(7).map((comment) => comment.author)).toEqual(["mallory", "github-actions", author]);
    expect(bodies().slice(0, 2)).toEqual([pasted, pasted]);
  });

  it("is that of the token's owner", async () => {
    emulator.putPullRequest({ number: 7, head: first });
    for (const head of [first, second]) {
      emulator.putPullRequest({ number: 7, head });
      await onPullRequest("validate", mistaken, { head, inputs: { "github-token": seeded.githubUserToken } });
    }
    expect(emulator.comments(7).map((comment) => comment.author)).toEqual([seeded.githubUser]);
  });

  it("is found without GraphQL", async () => {
    emulator.putPullRequest({ number: 7, head: first });
    await onPullRequest("validate", mistaken);
    emulator.faults.add({ path: "/graphql$", kind: "status", status: 404, times: 9, body: { message: "Not Found" } });
    await onPullRequest("validate", declared());
    expect(bodies()).toEqual([expect.stringContaining("no problems")]);
  });

  it("is the oldest where two runs created one at the same moment; the other is deleted", async () => {
    emulator.putPullRequest({ number: 7, head: first });
    await onPullRequest("validate", mistaken);
    const [body = ""] = bodies();
    emulator.putComment({ pullRequest: 7, author, body });
    const [oldest] = emulator.comments(7);
    await onPullRequest("validate", mistaken);
    expect(emulator.comments(7)).toEqual([oldest]);
    // The list that the run reads first has not the comment of the other run yet.
    emulator.faults.add({ method: "GET", path: "/issues/7/comments$", kind: "status", status: 200, body: [] });
    await onPullRequest("validate", mistaken);
    expect(emulator.comments(7)).toEqual([oldest]);
  });
});

describe("faults of the connection to GitHub", () => {
  it.each([
    { name: "a lost reply", fault: { kind: "lost-reply" as const }, posts: 1 },
    { name: "a reset before anything is done", fault: { kind: "reset" as const }, posts: 2 },
    { name: "502 after nothing was done", fault: { kind: "status" as const, status: 502 }, posts: 2 },
    { name: "a reply that is not JSON", fault: { kind: "malformed" as const }, posts: 1 },
    {
      name: "429 with Retry-After",
      fault: { kind: "status" as const, status: 429, headers: { "Retry-After": "1" } },
      posts: 2,
    },
    {
      name: "the secondary rate limit",
      fault: {
        kind: "status" as const,
        status: 403,
        headers: { "Retry-After": "1" },
        body: { message: "You have exceeded a secondary rate limit." },
      },
      posts: 2,
    },
  ])("lead to one comment after $name of the POST", async ({ fault, posts }) => {
    emulator.putPullRequest({ number: 7, head: first });
    emulator.faults.add({ method: "POST", path: "/issues/7/comments$", ...fault });
    const step = await onPullRequest("validate", mistaken);
    expect(step.log.join("\n")).toContain("The comment on pull request #7 was created");
    expect(bodies()).toHaveLength(1);
    expect(writes()).toEqual(Array.from({ length: posts }, () => "POST issues/7/comments"));
  });

  it.each(["reset", "lost-reply", "malformed"] as const)("are survived by reads and updates: %s", async (kind) => {
    emulator.putPullRequest({ number: 7, head: first });
    await onPullRequest("validate", mistaken);
    for (const method of ["GET", "PATCH"]) emulator.faults.add({ method, path: "/(issues|pulls)/", kind });
    await onPullRequest("validate", declared());
    expect(bodies()).toEqual([expect.stringContaining("no problems")]);
  });

  it("never hide how the command ended", async () => {
    emulator.putPullRequest({ number: 7, head: first });
    emulator.faults.add({
      path: "/issues/",
      kind: "status",
      status: 422,
      times: 99,
      body: { message: "Unprocessable" },
    });
    const good = await onPullRequest("validate", declared());
    expect([good.exitCode, good.outputs["failure-reason"]]).toEqual([0, ""]);
    expect(good.annotations).toEqual([
      expect.objectContaining({ severity: "warning", message: expect.stringContaining("status 422 (Unprocessable)") }),
    ]);
    const bad = await onPullRequest("validate", mistaken, { inputs: { comment: "true" } });
    expect([bad.exitCode, bad.outputs["failure-reason"]]).toEqual([1, "invalid-declaration"]);
    expect(bad.summary).toContain("could not be written");
  });
});

describe("the input comment", () => {
  it("auto logs that the token may not write, and the step succeeds", async () => {
    emulator.putPullRequest({ number: 7, head: first });
    const step = await onPullRequest("plan", declared(), { inputs: { "github-token": seeded.githubReadToken } });
    expect(step.exitCode).toBe(0);
    expect(step.annotations).toEqual([
      expect.objectContaining({ severity: "notice", message: expect.stringContaining("pull-requests: write") }),
    ]);
  });

  it("true fails with the missing permission", async () => {
    emulator.putPullRequest({ number: 7, head: first });
    const step = await onPullRequest("plan", declared(), {
      inputs: { comment: "true", "github-token": seeded.githubReadToken },
    });
    expect([step.exitCode, step.outputs["failure-reason"]]).toEqual([1, "comment-failed"]);
    expect(step.annotations.at(-1)?.message).toMatch(/Resource not accessible.*pull-requests: write/);
    expect(step.outputs["to-create"]).toBe("1");
  });

  it.each([
    { comment: "false", event: "pull_request", writes: 0 },
    { comment: "auto", event: "pull_request_review", writes: 0 },
    { comment: "true", event: "pull_request_review", writes: 1 },
    { comment: "auto", event: "pull_request_target", writes: 1 },
  ])("$comment on $event writes $writes", async ({ comment, event, writes: count }) => {
    emulator.putPullRequest({ number: 7, head: first });
    await onPullRequest("validate", mistaken, { event, inputs: { comment } });
    expect(writes()).toHaveLength(count);
    if (count === 0) expect(requests()).toEqual([]);
  });

  it.each(["auto", "true"])("%s sends GitHub no request where there is no pull request", async (comment) => {
    const step = await act(emulator, "validate", declared(), { inputs: { comment } });
    expect(step.exitCode).toBe(0);
    expect(requests()).toEqual([]);
    expect(step.annotations.map(({ severity }) => severity)).toEqual(comment === "true" ? ["warning"] : []);
  });

  it("is refused by name when its value is not allowed", async () => {
    const step = await act(emulator, "validate", declared(), { inputs: { comment: "always" } });
    expect(step.annotations[0]?.message).toBe("Input 'comment' is \"always\": must be auto, true or false.");
  });
});

describe("the text of a comment", () => {
  it("is cut below GitHub's limit, with its mark and where to find the whole report", async () => {
    emulator.putPullRequest({ number: 7, head: first });
    const many = Array.from(
      { length: 700 },
      (_, index) => `  - { name: "größe-${index}-${"ß".repeat(60)}", type: amlcompute }\n`,
    );
    const step = await onPullRequest("validate", { "azureml.yml": `${workspaceLine}targets:\n${many.join("")}` });
    expect(step.log.join("\n")).toContain("was created");
    const [body = ""] = bodies();
    expect(Buffer.byteLength(body)).toBeLessThan(65_536);
    expect(body).toMatch(/^<!-- azureml-targets: id=[0-9a-f]{16} commit=a{40} command=validate -->\n/);
    expect(body).toContain(
      "This report was cut to fit GitHub's limit. The whole report is in the job summary of the <a href=",
    );
  });

  it("names a run with its metrics after train, and no line of its log", async () => {
    emulator.putPullRequest({ number: 7, head: first });
    const run = "run: { command: echo the last words; exit 3, compute: cpu-cluster, environment: { image: ubuntu } }\n";
    await onPullRequest("up", { "azureml.yml": `${declared()["azureml.yml"]}${run}` });
    expect(bodies()).toEqual([expect.stringContaining("### Run")]);
    expect(bodies()[0]).not.toContain("the last words");
  });

  it("is left as it is when the workflow is cancelled", async () => {
    emulator.putPullRequest({ number: 7, head: first });
    const run = "run: { command: echo started; sleep 60, compute: cpu-cluster, environment: { image: ubuntu } }\n";
    const step = await onPullRequest(
      "up",
      { "azureml.yml": `${declared()["azureml.yml"]}${run}` },
      { cancelAt: /^started/ },
    );
    expect(step.outputs["failure-reason"]).toBe("cancelled");
    expect(requests()).toEqual([]);
  });

  it("hides secrets, as the runner does in the log", async () => {
    emulator.putPullRequest({ number: 7, head: first });
    const secret = "unknown-key-and-secret";
    await onPullRequest("validate", declared(`, ${secret}: 1`), { inputs: { "client-secret": secret } });
    expect(bodies()).toEqual([expect.not.stringContaining(secret)]);
    expect(bodies()[0]).toContain("&#42;&#42;&#42;");
  });
});

describe("more than ten annotations of a kind", () => {
  it("are all in the summary", async () => {
    const targets = Array.from(
      { length: 13 },
      (_, index) => `  - { name: c${index}-cluster, type: amlcompute, wrong: 1 }\n`,
    );
    const step = await act(emulator, "validate", { "azureml.yml": `${workspaceLine}targets:\n${targets.join("")}` });
    expect(step.annotations).toHaveLength(10);
    expect(step.summary).toContain(
      "GitHub shows 10 annotations of a kind for each step, so 3 of them are listed here and in the log only.",
    );
    const lines = Array.from({ length: 13 }, (_, index) => `azureml.yml&#58;${index + 3}&#58;`);
    for (const line of lines) expect(step.summary).toContain(line);
    expect(step.log.filter((line) => line.includes("[unknown-key]"))).toHaveLength(13);
  });
});
