import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { asJson, asReference, plannedRequests } from "../attach/compute-write.ts";
import { defined } from "../azure/defined.ts";
import type { Azure } from "../azure/azure.ts";
import { workspaceId, type Workspace } from "../azure/workspace.ts";
import { withoutSecrets } from "../github/mask.ts";
import { originOf, toRequest } from "../compute/target.ts";
import type { Declaration } from "../declaration/declaration.ts";
import { wayTo } from "../yaml/files.ts";
import { isOutside } from "../yaml/is-outside.ts";
import type { Position, Problem } from "../yaml/problem.ts";
import { placeOf } from "../yaml/source.ts";
import { readDocuments } from "../yaml/yaml.ts";
import { assetKey, changesSince, isSameWorkspace, optionChanges } from "../plan/outdated.ts";
import type { Plan, Step } from "../plan/step.ts";
import { readPlanFile, writePlanFile, type PlanFile, type PlanFileStep } from "../plan/plan-file.ts";
import { placeOfStep, planReport } from "../plan/plan-report.ts";
import type { AssetReport, FailureReason, TargetReport } from "../report/result.ts";
import { nothing, type CommandContext, type CommandResult } from "./context.ts";
import { workspaceRef } from "./workspace.ts";

const digest = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;

/** Writes the plan to the file that the input names, with every request in full. */
export async function savePlan(
  plan: Plan,
  assets: readonly AssetReport[],
  context: CommandContext,
  azure: Azure,
): Promise<CommandResult> {
  const { planFile } = context.inputs;
  if (planFile === undefined) return nothing;
  const { subscriptionId, resourceGroup, name } = azure.workspace;
  const { runUrl, commit } = context.github;
  const text = writePlanFile(
    {
      schemaVersion: 1,
      madeAt: new Date(context.clock.now()).toISOString(),
      ...(runUrl === undefined ? {} : { madeBy: runUrl }),
      ...(commit === "" ? {} : { commit }),
      workspace: { subscriptionId, resourceGroup, name },
      options: optionsOf(context),
      ...(await contentOf(plan, assets, azure.workspace)),
    },
    digest,
  );
  const path = resolve(context.workingDirectory, planFile);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      failures: [
        { reason: "invalid-input", message: `The plan could not be written to '${planFile}' (plan-file): ${why}.` },
      ],
    };
  }
  context.log.info(`Wrote the plan to ${planFile}.`);
  return nothing;
}

/** What a plan file says of targets and assets: without secrets, also where a live value repeats one. */
async function contentOf(
  { steps }: Plan,
  reported: readonly AssetReport[],
  workspace: Workspace,
): Promise<Pick<PlanFile, "steps" | "assets" | "environments">> {
  const assets = reported.map(({ kind, name, version, action, reason }) => ({ kind, name, version, action, reason }));
  return withoutSecrets({
    steps: await Promise.all(steps.map((step) => fileStep(step, workspace))),
    assets,
    environments: assets.flatMap(({ kind, ...asset }) => (kind === "environment" ? [asset] : [])),
  });
}

async function fileStep(step: Step, workspace: Workspace): Promise<PlanFileStep> {
  const [reported] = planReport({ steps: [step] }).steps;
  const { target, type, action, means, reason, resourceId, changes } = reported as NonNullable<typeof reported>;
  // Refused steps are never applied and those of the runner never sent, so neither needs to be compared.
  const declared =
    step.do === "refuse" || originOf(step.target) === "none"
      ? undefined
      : asJson(await toRequest(step.target, workspace, asReference));
  return {
    target,
    type,
    ...(resourceId === undefined ? {} : { resourceId }),
    action: action as PlanFileStep["action"],
    ...(means === undefined ? {} : { means }),
    reason,
    ...(step.do === "refuse" ? { refusal: step.because } : {}),
    ...(step.do === "adopt" ? { adopts: step.live.name } : {}),
    changes: [...changes],
    ...(declared === undefined ? {} : { declared }),
    requests: [...(await plannedRequests(step, workspace))],
  };
}

function optionsOf({ inputs }: CommandContext): PlanFile["options"] {
  const { onDrift, onConflict, allowDelete, force } = inputs;
  // A plan has no run, so overrides of the run may differ.
  const set = inputs.set.filter((line) => !/^run[.=]/.test(line));
  return { onDrift, onConflict, allowDelete, force, only: [...inputs.only], set: [...set] };
}

/** The plan that is to be applied; absent where none was given. */
export type GivenPlan = { readonly plan?: PlanFile; readonly result: CommandResult };

/** Reads the plan that `apply` was given, and refuses one that does not fit. Needs no network. */
export async function givenPlan(
  context: CommandContext,
  declaration: Pick<Declaration, "workspace" | "workspaceAt" | "targets">,
): Promise<GivenPlan> {
  const { planFile } = context.inputs;
  if (planFile === undefined) return { result: nothing };
  const path = resolve(context.workingDirectory, planFile);
  const { file, folder } = await namedAs(path, planFile, context);
  const { plan, problems } = await loadPlan({ path, file, planFile });
  if (plan === undefined) {
    for (const problem of problems) context.log.problem(problem, folder);
    return refused(problems, [
      {
        reason: "invalid-input",
        message: `'${planFile}' (plan-file) cannot be applied; see its problems.`,
      },
    ]);
  }
  const ref = workspaceRef(context, declaration.workspace, declaration.workspaceAt);
  if (!isSameWorkspace(plan.workspace, ref)) {
    return refused(
      [],
      [
        {
          reason: "plan-outdated",
          message: `The plan was made for another workspace: ${workspaceId(plan.workspace)}, not ${workspaceId(ref)}. Make a plan for this one.`,
        },
      ],
    );
  }
  const options = optionChanges(plan.options, optionsOf(context));
  if (options.length > 0) {
    return refused(
      [],
      options.map((message) => ({
        reason: "plan-outdated",
        message: `${message} Use the same inputs, or make a new plan.`,
      })),
    );
  }
  const bad = plan.steps.filter(({ action }) => action === "refuse");
  if (bad.length > 0) {
    return refused(
      [],
      bad.map(({ target, reason, refusal }) => ({
        reason: (refusal ?? "drift") as FailureReason,
        message: `${target}: the plan refuses it. ${reason}`,
        ...defined({ where: placeOfTarget(target, declaration.targets) }),
      })),
    );
  }
  const by = plan.madeBy === undefined ? "" : ` by ${plan.madeBy}`;
  context.log.info(`Applying the plan in ${planFile}, made at ${plan.madeAt}${by}.`);
  return { plan, result: nothing };
}

function placeOfTarget(name: string, targets: Declaration["targets"]): Position | undefined {
  const declared = targets.find((target) => target.name.toLowerCase() === name.toLowerCase());
  return declared === undefined ? undefined : placeOf(declared.source);
}

function refused(problems: readonly Problem[], failures: CommandResult["failures"]): GivenPlan {
  return { result: { problems, failures } };
}

/** How a plan is named: like a declaration where it is among them, and for annotations by its path in the repository. */
async function namedAs(
  path: string,
  planFile: string,
  { workingDirectory, repositoryRoot }: CommandContext,
): Promise<{ readonly file: string; readonly folder: string }> {
  const root = await repositoryRoot();
  if (!isOutside(workingDirectory, path))
    return { file: wayTo(path, workingDirectory), folder: wayTo(workingDirectory, root) };
  return { file: isOutside(root, path) ? planFile : wayTo(path, root), folder: "" };
}

async function loadPlan({
  path,
  file,
  planFile,
}: {
  readonly path: string;
  /** Name to show. */
  readonly file: string;
  /** As the input has it. */
  readonly planFile: string;
}): Promise<ReturnType<typeof readPlanFile>> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const why =
      error instanceof Error && "code" in error && error.code === "ENOENT"
        ? `There is no such file in ${dirname(path)}`
        : String(error);
    return {
      problems: [
        {
          code: "plan-missing",
          severity: "error",
          message: `The file '${planFile}' (plan-file) cannot be read: ${why}.`,
          fix: "Make it with command: plan and this plan-file, and pass it to this job, for example as an artifact.",
        },
      ],
    };
  }
  const documentOf = (whole: string) => readDocuments(whole, { file, folder: dirname(path) }).documents[0];
  return readPlanFile(text, { file, documentOf, digest });
}

/** What has changed since the plan was made: each change a failure, before anything is written. */
export async function outdated(
  given: PlanFile,
  plan: Plan,
  assets: readonly AssetReport[],
  azure: Azure,
): Promise<CommandResult> {
  const changes = changesSince(given, await contentOf(plan, assets, azure.workspace));
  return {
    failures: changes.map(({ target, asset, sentence }) => {
      const step = plan.steps.find((one) => one.target.name.toLowerCase() === target?.toLowerCase());
      const registered = assets.find((one) => assetKey(one) === asset);
      return {
        reason: "plan-outdated",
        message: `Changed since the plan was made: ${sentence} Nothing was written. Make a new plan.`,
        ...defined({ where: step === undefined ? registered?.where : placeOfStep(step) }),
      };
    }),
  };
}

/** The report, with a note where the plan wanted something that is already there. */
export function withSkipped(report: TargetReport, given: PlanFile): TargetReport {
  const step = given.steps.find(({ target }) => target.toLowerCase() === report.name.toLowerCase());
  const idle: readonly string[] = ["none", "adopt"];
  if (step === undefined || idle.includes(step.action) || !idle.includes(report.action)) return report;
  return {
    ...report,
    note: `The plan says '${step.action}', but it is already as declared, so nothing was sent.${report.note === undefined ? "" : ` ${report.note}`}`,
  };
}
