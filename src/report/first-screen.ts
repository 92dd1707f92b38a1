import { code, joined, sentence, type Text } from "./document.ts";
import { failureReasons } from "./failure-reasons.ts";
import { capital, count, enumeration } from "./format.ts";
import { costWords, planVerdict, unpricedWords } from "./plan-words.ts";
import type {
  AllowedBy,
  DeploymentReport,
  FailureReason,
  InputSetting,
  PlanAction,
  Result,
  RunReport,
  TargetReport,
} from "./result.ts";

/** What stands under the heading of every report: what came of the command, what to do next, and where to look. */
export type FirstScreen = {
  /** One sentence: what has changed, what is still running, what it costs, what failed. */
  readonly sentence: string;
  readonly nextStep: Text;
  readonly links: readonly PageLink[];
};

/** Not for a comment: what is another one each time, or is in every comment already. */
export type PageLink = { readonly text: string; readonly address: string; readonly reportOnly?: true };

export function firstScreen(result: Result): FirstScreen {
  return { sentence: whatHappened(result), nextStep: nextStepOf(result), links: linksOf(result) };
}

/** Parts of the sentence, and whether one of them says that something failed. */
type Clauses = { readonly clauses: readonly string[]; readonly tellsFailure: boolean };

function whatHappened(result: Result): string {
  const { conclusion } = result;
  const { clauses, tellsFailure } = clausesOf(result);
  const all = [
    ...(conclusion === "cancelled" ? ["the workflow was cancelled"] : []),
    ...(clauses.length === 0 && endsBeforeWriting(result) ? ["nothing was changed"] : clauses),
    ...(conclusion === "failure" && !tellsFailure ? reasonClause(result) : []),
    ...runningClause(result),
    ...costClause(result),
  ];
  return `${capital(all.length === 0 ? "nothing had to be done" : all.join("; "))}.`;
}

/** Reasons that are known before anything is written: of any other a part of the work may have been done. */
const beforeWriting = new Set<FailureReason>([
  ...(["invalid-input", "invalid-declaration", "authentication-failed", "workspace-unavailable"] as const),
  ...(["plan-outdated", "retired", "other-subscription", "not-supported"] as const),
]);

function endsBeforeWriting({ command, failureReason }: Result): boolean {
  const writes = !["validate", "plan", "doctor"].includes(command);
  return writes && failureReason !== undefined && beforeWriting.has(failureReason);
}

function clausesOf(result: Result): Clauses {
  switch (result.command) {
    case "validate":
      return ofProblems(result);
    case "doctor":
      return ofChecks(result);
    case "plan":
      return ofPlan(result);
    case "apply":
    case "train":
    case "deploy":
    case "up":
    case "detach":
      return ofWork(result);
  }
}

/** What the stable reason stands for, as the end of a sentence. */
function reasonClause({ failureReason }: Result): readonly string[] {
  if (failureReason === undefined) return [];
  const title = failureReasons[failureReason].title.replace(/\.$/, "");
  return [/^(The|An?) /.test(title) ? `${title.charAt(0).toLowerCase()}${title.slice(1)}` : title];
}

function ofProblems({ problems, conclusion }: Result): Clauses {
  const counts = (["error", "warning", "notice"] as const).flatMap((severity) => {
    const found = problems.filter((problem) => problem.severity === severity).length;
    return found === 0 ? [] : [count(found, severity)];
  });
  if (counts.length === 0)
    return { clauses: conclusion === "success" ? ["the declarations have no problems"] : [], tellsFailure: false };
  const isRefused = problems.some(({ severity }) => severity === "error");
  const words = enumeration(counts);
  return {
    clauses: [isRefused ? `the declarations have ${words}` : `the declarations are valid, with ${words}`],
    tellsFailure: isRefused,
  };
}

function ofChecks({ doctor }: Result): Clauses {
  const checks = (doctor?.sections ?? []).flatMap((section) => section.checks);
  if (checks.length === 0) return { clauses: [], tellsFailure: false };
  const words = { ok: "passed", warning: "passed with a warning", error: "failed", "not-checked": "could not be made" };
  const counts = (["error", "warning", "not-checked", "ok"] as const).flatMap((state) => {
    const found = checks.filter((check) => check.state === state).length;
    return found === 0 ? [] : [`${found} ${words[state]}`];
  });
  return {
    clauses: [`${count(checks.length, "check")}: ${counts.join(", ")}`],
    tellsFailure: checks.some(({ state }) => state === "error"),
  };
}

function ofPlan({ plan, assets, problems }: Result): Clauses {
  if (plan === undefined) return ofErrors(problems, "nothing was planned");
  const isRefused = plan.steps.some(({ action }) => action === "refuse");
  return { clauses: [planVerdict(plan, assets).replace(/\.$/, "")], tellsFailure: isRefused };
}

/** Of a command that did not get any further than its declarations, or than what these refer to. */
function ofErrors(problems: Result["problems"], nothingDone: string): Clauses {
  const errors = problems.filter(({ severity }) => severity === "error").length;
  return errors === 0
    ? { clauses: [], tellsFailure: false }
    : { clauses: [`${nothingDone}: ${count(errors, "error")} in what is declared`], tellsFailure: true };
}

function ofWork({ targets, assets, run, deployments, problems }: Result): Clauses {
  const registered = assets.filter(({ action, id }) => action !== "none" && id !== undefined).length;
  const clauses = [
    ...(targets.length === 0 ? [] : [targetsClause(targets)]),
    ...(registered === 0 ? [] : [`${count(registered, "asset")} registered`]),
    ...(run === undefined ? [] : [runClause(run)]),
    ...(deployments.length === 0 ? [] : [deploymentsClause(deployments)]),
  ];
  if (clauses.length === 0) return ofErrors(problems, "nothing was changed");
  const tellsFailure =
    targets.some(({ outcome }) => outcome === "failed") ||
    (run !== undefined &&
      (run.conclusion === "failure" || run.conclusion === "cancelled" || run.gates.some(({ passed }) => !passed))) ||
    deployments.some(({ action }) => action === "failed" || action === "rolled-back");
  return { clauses, tellsFailure };
}

const doneWords: Readonly<Record<PlanAction, string>> = {
  create: "created",
  attach: "attached",
  update: "updated",
  reattach: "re-attached",
  recreate: "deleted and created again",
  replace: "attached in place of another attachment",
  adopt: "adopted",
  detach: "detached",
  delete: "deleted",
  join: "joined",
  wait: "waited for",
  refuse: "refused",
  none: "unchanged",
};

function outcomeWord({ action, outcome }: TargetReport): string {
  if (action === "refuse") return doneWords.refuse;
  const words = { failed: "failed", skipped: "skipped", "in-progress": "still in progress" };
  return outcome === "succeeded" ? doneWords[action] : words[outcome];
}

/** What failed and what is not over first, as in a plan; what is unchanged last. */
const order = ["failed", "refused", "still in progress", "skipped"];

function targetsClause(targets: readonly TargetReport[]): string {
  const byWord = Map.groupBy(targets, outcomeWord);
  const known = [...new Set([...order, ...Object.values(doneWords).filter((word) => word !== "refused")])];
  const counts = known.flatMap((word) => {
    const found = byWord.get(word)?.length ?? 0;
    return found === 0 ? [] : [`${found} ${word}`];
  });
  return `${count(targets.length, "target")}: ${counts.join(", ")}`;
}

const runWords: Readonly<Record<RunReport["conclusion"], string>> = {
  success: "completed",
  failure: "failed",
  cancelled: "was cancelled",
  "in-progress": "is still running",
};

function runClause({ name, conclusion, reused, gates }: RunReport): string {
  const missed = gates.filter(({ passed }) => !passed).length;
  const judged =
    gates.length === 0
      ? ""
      : missed === 0
        ? ` and passed ${gates.length === 1 ? "its gate" : `all ${gates.length} gates`}`
        : ` and missed ${gates.length === 1 ? "its gate" : `${missed} of ${gates.length} gates`}`;
  return `the ${reused ? "joined run" : "run"} '${name}' ${runWords[conclusion]}${judged}`;
}

const releaseWords: Readonly<Record<DeploymentReport["action"], readonly [one: string, many: string]>> = {
  failed: ["failed", "failed"],
  "rolled-back": ["was rolled back", "rolled back"],
  submitted: ["was submitted, and is not tested yet", "submitted"],
  created: ["was created", "created"],
  updated: ["was updated", "updated"],
  unchanged: ["is unchanged", "unchanged"],
};

function deploymentsClause(deployments: readonly DeploymentReport[]): string {
  const [only, ...more] = deployments;
  if (only !== undefined && more.length === 0) {
    const { endpoint, deployment, action, traffic } = only;
    const name =
      deployment === undefined || deployment === endpoint ? `'${endpoint}'` : `'${deployment}' of '${endpoint}'`;
    const isLive = action === "created" || action === "updated" || action === "unchanged";
    const share = isLive && traffic !== undefined ? `, with ${traffic} % of the traffic` : "";
    return `the deployment ${name} ${releaseWords[action][0]}${share}`;
  }
  const counts = Object.entries(releaseWords).flatMap(([action, [, word]]) => {
    const found = deployments.filter((one) => one.action === action).length;
    return found === 0 ? [] : [`${found} ${word}`];
  });
  return `${count(deployments.length, "deployment")}: ${counts.join(", ")}`;
}

/** What goes on in Azure and no other part of the sentence has named. */
function runningClause({ leftGoing, targets, run }: Result): readonly string[] {
  const named =
    targets.filter(({ outcome }) => outcome === "in-progress").length + (run?.conclusion === "in-progress" ? 1 : 0);
  const others = leftGoing.length - named;
  return others <= 0
    ? []
    : [others === 1 ? "1 operation is still in progress" : `${others} operations are still in progress`];
}

/** What differs from before, where prices are declared and something changes. */
function costClause({ plan, command, targets }: Result): readonly string[] {
  if (plan?.hourly === undefined || !plan.hasChanges) return [];
  const isDone = targets.some(({ action, outcome }) => outcome === "succeeded" && action !== "none");
  const without = unpricedWords(plan.hourly);
  const costs = `costs per hour ${costWords(plan.hourly)}${without === "" ? "" : ` (${without})`}`;
  return command === "plan" || isDone ? [costs] : [];
}

const nothingToDo = "Nothing to do.";

function nextStepOf(result: Result): Text {
  const { leftGoing, conclusion } = result;
  const [only, ...more] = leftGoing;
  if (only !== undefined) {
    const fix = conclusion === "failure" && !isOnlyLate(result) ? "Fix what failed, as it says below. " : "";
    return more.length === 0
      ? sentence(`${fix}${only.next}`)
      : `${fix}Resume or undo each thing that is still in progress, as the list below says.`;
  }
  return conclusion === "success" ? afterSuccess(result) : afterFailure(result);
}

/** Nothing is wrong with what is declared: it takes longer than this command has waited. */
function isOnlyLate({ failureReason }: Result): boolean {
  const late = ["timeout", "queue-limit", "total-limit", "service-unreachable"];
  return failureReason !== undefined && late.includes(failureReason);
}

function afterFailure(result: Result): Text {
  const { failureReason, problems, command, deployments } = result;
  if (failureReason === "cancelled") return "Run the same command again: it continues from what is there by then.";
  const refused = refusedIn(result);
  const ways = distinct(refused.map(({ allowedBy }) => allowedBy));
  const [way, ...others] = ways;
  if (way !== undefined && way.length > 0 && others.length === 0)
    return ["Change the declaration, or set ", ...waysText(way), ` to allow ${refused.length === 1 ? "it" : "them"}.`];
  if (ways.some((one) => one.length > 0))
    return "Change the declaration, or set the inputs that are named beside each refused target.";
  if (failureReason === "conflict" && refused.length === 0 && deployments.some(({ action }) => action !== "unchanged"))
    return "Run the same command again: it starts from what is there by then.";
  if (command === "validate" && problems.length > 0) return "Fix the errors listed below, each at its place.";
  return failureReason === undefined
    ? "Fix what failed, then run the command again."
    : sentence(failureReasons[failureReason].help);
}

type Refused = { readonly allowedBy: AllowedBy };

/** What is refused, among the targets where there are any, else in the plan; only where that is why the command failed. */
function refusedIn({ plan, targets, failureReason }: Result): readonly Refused[] {
  const reasons = ["drift", "conflict", "in-use", "provisioning-failed"];
  if (failureReason === undefined || !reasons.includes(failureReason)) return [];
  const steps = plan?.steps ?? [];
  const planned = steps.filter(({ action }) => action === "refuse").map(({ allowedBy = [] }) => ({ allowedBy }));
  if (targets.length === 0) return planned;
  // What failed besides comes first: its failure says what to do.
  if (targets.some(({ action, outcome }) => outcome === "failed" && action !== "refuse")) return [];
  return targets
    .filter(({ action }) => action === "refuse")
    .map(({ name, allowedBy }) => ({
      allowedBy: allowedBy ?? steps.find(({ target }) => target === name)?.allowedBy ?? [],
    }));
}

function distinct(all: readonly AllowedBy[]): readonly AllowedBy[] {
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

/** `on-drift: reattach` and `allow-delete: true`, or `on-conflict: adopt`: letter by letter what stands below `with:`. */
export function waysText(allowedBy: AllowedBy): readonly Exclude<Text, readonly unknown[]>[] {
  const settings = (all: readonly InputSetting[]) =>
    joined(
      all.map(({ input, value }) => code(`${input}: ${value}`)),
      " and ",
    );
  return joined(allowedBy.map(settings), ", or ");
}

function afterSuccess(result: Result): Text {
  const { command, problems, plan, assets, run, deployments, targets, doctor, links } = result;
  switch (command) {
    case "validate":
      return problems.length > 0
        ? "Look at what is listed below: none of it stops a command."
        : ["Run ", code("command: plan"), " to see what would change in the workspace."];
    case "plan": {
      if (plan?.hasChanges !== true && assets.every(({ action }) => action === "none")) return nothingToDo;
      const carryOut = code(`command: ${(plan?.deployments ?? []).length > 0 ? "up" : "apply"}`);
      return links?.pullRequest === undefined
        ? ["Run ", carryOut, " to carry the plan out."]
        : ["Merge the pull request, then run ", carryOut, " to carry the plan out."];
    }
    case "doctor":
      return (doctor?.sections ?? []).some(({ checks }) => checks.some(({ state }) => state !== "ok"))
        ? "Look at the warnings and at what was not checked: none of it stops a command for certain."
        : ["Run ", code("command: plan"), " to see what would change in the workspace."];
    case "detach":
      return targets.some(({ action, outcome }) => action === "detach" && outcome === "succeeded")
        ? "Delete the resources that you no longer need: detaching leaves them as they are, and billed."
        : nothingToDo;
    case "apply":
    case "train":
    case "deploy":
    case "up":
      break;
  }
  if (deployments.some(({ scoringUri, type }) => scoringUri !== undefined && type !== "batch"))
    return "Send a request: the one to try is below, with the deployment.";
  if (run !== undefined && deployments.length === 0) return ["Deploy what it made with ", code("command: deploy"), "."];
  return targets.some(({ action }) => action !== "none")
    ? ["Name a target as the ", code("compute:"), " of a job to use it."]
    : nothingToDo;
}

function linksOf({ workspace, run, deployments, targets, plan, links }: Result): readonly PageLink[] {
  const [release, ...releases] = deployments;
  const studio =
    run?.url !== undefined
      ? page("Run in Azure ML studio", run.url)
      : release?.url !== undefined && releases.length === 0
        ? page("Deployment in Azure ML studio", release.url)
        : page("Workspace in Azure ML studio", workspace?.url);
  const ids = targets.length > 0 ? targets.map(({ name, resourceId }) => ({ name, resourceId })) : plannedIds(plan);
  const [only, ...more] = ids;
  const resource =
    only?.resourceId === undefined || more.length > 0
      ? undefined
      : resourceInPortal(only.resourceId, workspace?.portalUrl);
  return [
    ...studio,
    ...(resource === undefined
      ? page("Workspace in the Azure portal", workspace?.portalUrl)
      : page(`${only?.name ?? ""} in the Azure portal`, resource)),
    ...page("Workflow run", links?.workflowRun, true),
    ...page("Commit", links?.commit, true),
  ];
}

function plannedIds(plan: Result["plan"]) {
  return (plan?.steps ?? []).map(({ target: name, resourceId }) => ({ name, resourceId }));
}

function page(text: string, address: string | undefined, isReportOnly = false): readonly PageLink[] {
  return address === undefined ? [] : [{ text, address, ...(isReportOnly ? { reportOnly: true as const } : {}) }];
}

/** Its page in the same portal as the workspace's. */
function resourceInPortal(resourceId: string, portalUrl: string | undefined): string | undefined {
  return portalUrl === undefined || !URL.canParse(portalUrl) || !resourceId.startsWith("/")
    ? undefined
    : `${new URL(portalUrl).origin}/#resource${resourceId}`;
}
