import { describe, expect, it } from "@jest/globals";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readTarget } from "../../src/compute/read.ts";
import { toRequest } from "../../src/compute/target.ts";
import { formatProblem, isError, type Problem } from "../../src/declaration/problem.ts";
import { kindOf } from "../../src/declaration/document-kind.ts";
import { readCommandJob } from "../../src/job/read-job.ts";
import { jobRequest, plainVariables } from "../../src/job/request.ts";
import { nodeOf } from "../support/documents.ts";
import { workspace } from "../support/targets.ts";

const fixtures = join(import.meta.dirname, "../fixtures/az-ml");
const names = (folder: string) =>
  readdirSync(join(fixtures, folder))
    .filter((file) => file.endsWith(".yml"))
    .map((file) => file.replace(/\.yml$/, ""));
const text = (folder: string, file: string) => readFileSync(join(fixtures, folder, file), "utf8");

type Read = { readonly problems: readonly Problem[]; readonly path?: string; readonly body?: unknown };

/** What the action makes of one az ml file. */
async function read(yaml: string): Promise<Read> {
  const { node, problems } = nodeOf(yaml);
  if (node === undefined) return { problems };
  if (kindOf(node.document).is !== "target") {
    const { job, problems: found } = readCommandJob(node);
    const all = [...problems, ...found];
    if (job === undefined) return { problems: all };
    const reference = (id: string, kind: string) => {
      const [, name, version] = /^azureml:([^:@/]+)(?::(.+)|@latest)$/.exec(id) ?? [];
      return name === undefined
        ? id.replace(/^azureml:\/(?!\/)/, "/")
        : `${workspace.id}/${kind}/${name}/versions/${version ?? "1"}`;
    };
    const uris = Object.entries(job.inputs).flatMap(([name, input]) =>
      input.kind === "data"
        ? [[name, reference(input.path, input.type.endsWith("_model") ? "models" : "data")] as const]
        : [],
    );
    const body = jobRequest(job, {
      workspaceId: workspace.id,
      runName: job.name ?? "<job-name>",
      fallbackExperiment: "<experiment>",
      environmentId:
        job.environment.from === "reference" ? reference(job.environment.id, "environments") : "<environment:1>",
      ...(job.compute === undefined ? {} : { compute: job.compute }),
      inputUris: Object.fromEntries(uris),
      environmentVariables: plainVariables(job.environmentVariables),
      provenance: { properties: {}, tags: {} },
    });
    return { problems: all, path: `/jobs/${job.name ?? "<job-name>"}`, body };
  }
  const { target, problems: found } = readTarget(node, { checkout: "/checkout" });
  const all = [...problems, ...found];
  if (target === undefined) return { problems: all };
  const body = await toRequest(target, workspace, (reference) =>
    Promise.resolve(`<${reference.from === "env" ? reference.name : ""}>`),
  );
  return { problems: all, path: `/computes/${target.name}`, body };
}

describe("az ml files that are right", () => {
  it.each(names("ok"))("%s becomes the request of the official client, member for member", async (name) => {
    const golden = JSON.parse(text("ok", `${name}.json`)) as { readonly path: string; readonly body: unknown };
    const { problems, path, body } = await read(text("ok", `${name}.yml`));
    expect(problems.filter(isError).map(formatProblem)).toEqual([]);
    expect(path).toBe(golden.path);
    expect(body).toEqual(golden.body);
  });
});

describe("az ml files that are wrong", () => {
  it.each(names("err"))("%s is refused at its place, with what to write instead", async (name) => {
    const { problems } = await read(text("err", `${name}.yml`));
    const out = `${problems.map(formatProblem).join("\n")}\n`;
    const file = join(fixtures, "err", `${name}.out`);
    // A new case is written once by UPDATE_GOLDEN=1, and read before it is committed.
    if (process.env["UPDATE_GOLDEN"] === "1" && !existsSync(file)) writeFileSync(file, out);
    expect(problems.some(isError)).toBe(true);
    expect(out).toBe(readFileSync(file, "utf8"));
  });
});
