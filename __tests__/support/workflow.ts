import { Evaluator, Lexer, Parser, data } from "@actions/expressions";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { parse } from "yaml";
import type { StepResult } from "../../demo/runner.ts";
import type { Emulator } from "../../emulator/emulator.ts";
import { seeded } from "../../emulator/settings.ts";
import { actIn, password, type StepOptions } from "./step.ts";

/**
 * A workflow as GitHub runs it, as far as the documented ones go: jobs in the order of their needs, their conditions, the
 * steps of this action by what is built, steps of the shell. Expressions are evaluated by GitHub's own library. Steps of
 * other actions are left out: the checkout is there. `npm run act` has a whole engine for a few of them.
 */

export type Event = {
  readonly name: string;
  readonly payload?: Readonly<Record<string, unknown>>;
  readonly ref?: string;
  readonly commit?: string;
  readonly runId?: string;
  readonly runAttempt?: string;
};

export type WorkflowOptions = {
  readonly checkout: string;
  readonly event: Event;
  /** Inputs of `workflow_dispatch`. */
  readonly inputs?: Readonly<Record<string, unknown>>;
  /** Programs that shell steps find first. */
  readonly programs?: string;
  readonly step?: StepOptions;
};

export type JobRun = {
  readonly result: "success" | "failure" | "skipped";
  readonly outputs: Readonly<Record<string, string>>;
  /** What each step of this action came to, in order. */
  readonly steps: readonly StepResult[];
  /** All that the job has logged. */
  readonly log: readonly string[];
};

type Step = {
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
};
type Job = {
  readonly needs?: string | readonly string[];
  readonly if?: string;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
};
type Context = Readonly<Record<string, unknown>>;

const isOurs = (uses: string | undefined) => uses?.startsWith("OWNER/azureml-targets@") === true;

/** @returns every job by its name. */
export async function runWorkflow(
  emulator: Emulator,
  text: string,
  options: WorkflowOptions,
): Promise<Readonly<Record<string, JobRun>>> {
  const workflow = parse(text) as { readonly env?: Job["env"]; readonly jobs: Readonly<Record<string, Job>> };
  const done: Record<string, JobRun> = {};
  for (const [name, job] of Object.entries(workflow.jobs)) {
    const needed = [job.needs ?? []].flat().map((need): [string, JobRun | undefined] => [need, done[need]]);
    if (needed.some(([, run]) => run === undefined)) throw new Error(`Write ${name} behind the jobs that it needs.`);
    const failed = needed.some(([, run]) => run?.result !== "success");
    const context = { ...contextOf(options), needs: Object.fromEntries(needed) };
    const isRun = conditionOf(job.if, context, failed);
    done[name] = isRun
      ? await runJob(emulator, { ...job, env: { ...workflow.env, ...job.env } }, context, options)
      : { result: "skipped", outputs: {}, steps: [], log: [] };
  }
  return done;
}

async function runJob(emulator: Emulator, job: Job, base: Context, options: WorkflowOptions): Promise<JobRun> {
  const { event, checkout, step: stepOptions = {} } = options;
  const results: StepResult[] = [];
  const log: string[] = [];
  const steps: Record<string, { readonly outputs: Readonly<Record<string, string>> }> = {};
  let failed = false;
  for (const step of job.steps) {
    const context = { ...base, steps };
    if (!conditionOf(step.if, context, failed)) continue;
    const env = filled({ ...job.env, ...step.env }, context);
    let outcome: { readonly exitCode: number | null; readonly outputs: Readonly<Record<string, string>> } | undefined;
    if (isOurs(step.uses)) {
      const { command = "up", ...inputs } = filled(step.with ?? {}, context);
      const result = await actIn(emulator, command, checkout, {
        ...stepOptions,
        inputs,
        event: { name: event.name, payload: event.payload ?? {} },
        ...(event.commit === undefined ? {} : { commit: event.commit }),
        ...(event.runId === undefined ? {} : { runId: event.runId }),
        ...(event.runAttempt === undefined ? {} : { runAttempt: event.runAttempt }),
        environment: {
          // A workflow says itself who signs in, and where.
          ...Object.fromEntries(
            ["CLIENT_ID", "TENANT_ID", "SUBSCRIPTION_ID", "RESOURCE_GROUP", "ML_WORKSPACE"].map((name) => [
              `AZURE_${name}`,
              "",
            ]),
          ),
          DSVM_PASSWORD: "",
          GITHUB_REF: event.ref ?? "refs/heads/main",
          ...stepOptions.environment,
          ...env,
        },
      });
      results.push(result);
      log.push(...result.log);
      outcome = result;
    } else if (step.run !== undefined) {
      const ran = await runShell(filled({ run: step.run }, context)["run"] ?? "", env, options);
      log.push(...ran.lines);
      outcome = ran;
    }
    if (outcome === undefined) continue;
    if (step.id !== undefined) steps[step.id] = { outputs: outcome.outputs };
    failed ||= outcome.exitCode !== 0;
  }
  const outputs = filled(job.outputs ?? {}, { ...base, steps });
  return { result: failed ? "failure" : "success", outputs, steps: results, log };
}

async function runShell(script: string, env: Readonly<Record<string, string>>, options: WorkflowOptions) {
  const output = join(mkdtempSync(join(tmpdir(), "shell-")), "output");
  writeFileSync(output, "");
  const path = [options.programs, process.env["PATH"]].filter((part) => part !== undefined).join(delimiter);
  const child = spawn("bash", ["-e", "-o", "pipefail", "-c", script], {
    cwd: options.checkout,
    env: { PATH: path, HOME: process.env["HOME"], ...env, GITHUB_OUTPUT: output },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (part: string) => (text += part));
  const exitCode = await new Promise<number | null>((resolve) => child.once("close", resolve));
  const outputs = Object.fromEntries(
    readFileSync(output, "utf8")
      .split("\n")
      .filter((line) => line.includes("="))
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  ) as Record<string, string>;
  return { exitCode, outputs, lines: text.split("\n") };
}

/** What a repository has that is set up as the guides say. */
function contextOf({ event, inputs = {} }: WorkflowOptions): Context {
  return {
    github: {
      event_name: event.name,
      event: event.payload ?? {},
      ref: event.ref ?? "refs/heads/main",
      repository: "octo-org/octo-repo",
      run_id: event.runId ?? "1001",
      server_url: "https://github.com",
      token: seeded.githubToken,
    },
    vars: {
      AZURE_CLIENT_ID: seeded.clientId,
      AZURE_TENANT_ID: seeded.tenantId,
      AZURE_SUBSCRIPTION_ID: seeded.subscriptionId,
      AZURE_RESOURCE_GROUP: seeded.resourceGroup,
      AZURE_ML_WORKSPACE: seeded.workspace,
    },
    secrets: { DSVM_PASSWORD: password, GITHUB_TOKEN: seeded.githubToken },
    inputs,
    needs: {},
    steps: {},
  };
}

function filled(values: Readonly<Record<string, unknown>>, context: Context): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      String(value).replaceAll(/\$\{\{(.*?)\}\}/gs, (_, text: string) => evaluate(text, context, false).coerceString()),
    ]),
  );
}

/** Without a condition, and with one that asks for no status, an earlier failure ends it. */
function conditionOf(condition: string | undefined, context: Context, failed: boolean): boolean {
  if (condition === undefined) return !failed;
  const text = condition.replace(/^\s*\$\{\{(.*)\}\}\s*$/s, "$1");
  const asksForStatus = /\b(success|failure|always|cancelled)\s*\(/.test(text);
  return (asksForStatus || !failed) && isTrue(evaluate(text, context, failed));
}

/** @see https://docs.github.com/actions/reference/workflows-and-actions/expressions */
function isTrue(value: data.ExpressionData): boolean {
  return ![data.Kind.Null].includes(value.kind) && !["", "0", "false"].includes(value.coerceString());
}

function evaluate(text: string, context: Context, failed: boolean): data.ExpressionData {
  const status = (name: string, value: boolean) => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(value),
  });
  const functions = [
    status("success", !failed),
    status("failure", failed),
    status("always", true),
    status("cancelled", false),
  ];
  const expression = new Parser(new Lexer(text.trim()).lex().tokens, Object.keys(context), functions).parse();
  const values = JSON.parse(JSON.stringify(context), data.reviver) as data.Dictionary;
  return new Evaluator(expression, values, new Map(functions.map((one) => [one.name, one]))).evaluate();
}
