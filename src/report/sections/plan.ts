import {
  code,
  heading,
  joined,
  lineBreak,
  sentence,
  type Block,
  type Column,
  type Section,
  type Text,
} from "../document.ts";
import { waysText } from "../first-screen.ts";
import { capital, signed } from "../format.ts";
import {
  countsWithSigns,
  groupNames,
  groupOfAsset,
  groupOfDeployment,
  groupOfStep,
  planCounts,
  planGroups,
  type PlanGroupName,
} from "../plan-groups.ts";
import { costWords, planVerdict, unpricedWords } from "../plan-words.ts";
import type {
  AllowedBy,
  AssetReport,
  DeploymentStep,
  HourlyReport,
  PlannedDeployment,
  PlannedStep,
  PlanReport,
  Result,
} from "../result.ts";
import { saidAtTop, type IsSaid } from "../told-failures.ts";
import { assetWords, kindWord, meansWords, releaseName } from "../wording.ts";
import { deploymentTypeWord, trafficText } from "./deployments.ts";
import { findingItems } from "./findings.ts";

/** Something that is planned, whatever it is: a target, an asset, a release. */
type Planned = {
  readonly group: PlanGroupName;
  readonly name: Text;
  readonly kind: string;
  readonly changes: readonly Text[];
  readonly reason: string;
  readonly hourly?: HourlyReport;
  readonly allowedBy?: AllowedBy;
  readonly means?: PlannedStep["means"];
  /** A release has steps where others have fields, and a table of its own. */
  readonly isRelease?: true;
};

/** What would be done, where nothing was done yet: in groups, of which those that destroy are kept the longest. */
export function planSection(result: Pick<Result, "plan" | "targets"> & Partial<Result>): readonly Section[] {
  const { plan, targets, command, assets = [] } = result;
  if (plan === undefined || targets.length > 0) return [];
  // Other commands have registered them by then, or not: that is told where assets are.
  const planned = command === "plan" ? assets : [];
  if (command !== "plan" && isEmptyPlan(plan)) return [];
  const parts = partsOf(plan, planned, saidAtTop(result));
  // The first screen of the command plan says it.
  const costs = command === "plan" || plan.hourly === undefined ? [] : [costSentence(plan.hourly)];
  return parts.map(({ blocks, isFolded }, index) => ({
    rank: isFolded === true ? 6 : 4,
    blocks: index === 0 ? [...blocks, ...costs.map((content) => ({ kind: "text" as const, content }))] : blocks,
  }));
}

/** The same for the log, which has no first screen that says what it amounts to. */
export function planBlocks(
  plan: PlanReport,
  { title = "Plan", assets = [] }: { readonly title?: string; readonly assets?: readonly AssetReport[] } = {},
): readonly Block[] {
  const [head, ...groups] = partsOf(plan, assets, () => false, title);
  const { hourly } = plan;
  const sentences = [planVerdict(plan, assets), ...(hourly === undefined ? [] : [costSentence(hourly)])];
  return [
    ...(head?.blocks ?? []),
    ...(plan.steps.length + assets.length === 0
      ? []
      : sentences.map((content) => ({ kind: "text" as const, content }))),
    ...groups.flatMap(({ blocks }) => blocks),
  ];
}

function costSentence(hourly: HourlyReport): string {
  const without = unpricedWords(hourly);
  return `Costs per hour ${costWords(hourly)}.${without === "" ? "" : ` ${capital(without)}.`}`;
}

function isEmptyPlan({ steps, deployments = [] }: PlanReport): boolean {
  return steps.length + deployments.length === 0;
}

type Part = { readonly blocks: readonly Block[]; readonly isFolded?: true };

function partsOf(plan: PlanReport, assets: readonly AssetReport[], isSaid: IsSaid, title = "Plan"): readonly Part[] {
  const { steps, deployments = [], hourly } = plan;
  const planned = [...steps.map(ofStep), ...assets.map(ofAsset), ...deployments.map(ofDeployment)];
  if (planned.length === 0)
    return [{ blocks: [heading(2, title), { kind: "text", content: "No targets are declared." }] }];
  const groups = groupNames.flatMap((group): Part[] => {
    const members = planned.filter((one) => one.group === group);
    if (members.length === 0) return [];
    return [
      group === "unchanged" ? folded(members) : { blocks: groupBlocks(group, members, hourly !== undefined, isSaid) },
    ];
  });
  const notes = findingItems(steps);
  return [
    { blocks: [heading(2, `${title}: ${countsWithSigns(planCounts(plan, assets))}`)] },
    ...groups,
    ...(notes.length === 0 ? [] : [{ blocks: [heading(3, "Findings"), { kind: "list" as const, items: notes }] }]),
  ];
}

function groupBlocks(
  group: PlanGroupName,
  members: readonly Planned[],
  isPriced: boolean,
  isSaid: IsSaid,
): readonly Block[] {
  const { sign, words, means } = planGroups[group];
  // Only a refusal is a failure, which the top of the report explains.
  const isAbove = ({ reason }: Planned) => group === "refuse" && isSaid(reason);
  const [releases, others] = [members.filter(isRelease), members.filter((one) => !isRelease(one))];
  const shared = sharedReason(others);
  const sentences = [
    ...(means === undefined ? [] : [means]),
    ...(members.some(isAbove) ? ["The reasons are at the top of the report."] : shared === undefined ? [] : [shared]),
  ];
  return [
    heading(3, `${sign}${members.length} ${words}`),
    ...(sentences.length === 0 ? [] : [{ kind: "text" as const, content: sentence(sentences.join(" ")) }]),
    ...tablesOf(others, {
      isPriced,
      reasonOf: (one) => (isAbove(one) || (shared !== undefined && !members.some(isAbove)) ? "" : one.reason),
    }),
    ...tablesOf(releases, { isPriced, reasonOf: ({ reason }) => reason }),
  ];
}

function isRelease(planned: Planned): boolean {
  return planned.isRelease === true;
}

/** The reason of all of them, where there are several and they have one. */
function sharedReason([first, ...others]: readonly Planned[]): string | undefined {
  return first !== undefined && others.length > 0 && others.every(({ reason }) => reason === first.reason)
    ? first.reason
    : undefined;
}

/** Nobody reads these, and whoever wants to can. */
function folded(members: readonly Planned[]): Part {
  const shared = sharedReason(members);
  const tables = tablesOf(members, { isPriced: false, reasonOf: ({ reason }) => (shared === undefined ? reason : "") });
  return {
    isFolded: true,
    blocks: [
      {
        kind: "details",
        summary: `${members.length} ${planGroups.unchanged.words}`,
        blocks: [...(shared === undefined ? [] : [{ kind: "text" as const, content: sentence(shared) }]), ...tables],
      },
    ],
  };
}

/** Only the columns in which there is anything. */
function tablesOf(
  members: readonly Planned[],
  { isPriced, reasonOf }: { readonly isPriced: boolean; readonly reasonOf: (one: Planned) => string },
): readonly Block[] {
  if (members.length === 0) return [];
  const columns: readonly (Column & { readonly cell: (one: Planned) => Text })[] = [
    { title: "Name", cell: ({ name }) => name },
    { title: "Kind", cell: ({ kind }) => kind },
    {
      title: members.every(isRelease) ? "Steps" : "Changes",
      long: true,
      cell: ({ changes }) => joined(changes, lineBreak),
    },
    { title: "To allow it", long: true, cell: ({ allowedBy = [] }) => waysText(allowedBy) },
    {
      title: "Could be changed",
      cell: ({ group, means }) => (group === "left" && means !== undefined ? meansWords[means] : ""),
    },
    {
      title: "Per hour",
      numeric: true,
      long: true,
      cell: ({ hourly }) => (!isPriced || hourly === undefined ? "" : hourlyWords(hourly)),
    },
    { title: "Why", long: true, cell: (one) => sentence(reasonOf(one)) },
  ];
  const kept = columns.filter(({ cell }) => members.some((one) => !isEmpty(cell(one))));
  return [
    {
      kind: "table",
      columns: kept.map(({ cell: _, ...column }) => column),
      rows: members.map((one) => kept.map(({ cell }) => cell(one))),
    },
  ];
}

function isEmpty(text: Text): boolean {
  return text === "" || (Array.isArray(text) && text.length === 0);
}

function ofStep(step: PlannedStep): Planned {
  const { target, type, changes, reason, hourly, allowedBy, means } = step;
  return {
    group: groupOfStep(step),
    name: code(target),
    kind: kindWord(type),
    changes: changes.map(({ field, from, to }) => [code(field), `: ${from} → ${to}`]),
    reason,
    ...(hourly === undefined ? {} : { hourly }),
    ...(allowedBy === undefined ? {} : { allowedBy }),
    ...(means === undefined ? {} : { means }),
  };
}

function ofAsset(asset: AssetReport): Planned {
  const { kind, name, version, reason } = asset;
  return {
    group: groupOfAsset(asset),
    name: [code(name), " version ", code(version)],
    kind: assetWords[kind],
    changes: [],
    reason,
  };
}

const stepWords: Readonly<Record<DeploymentStep["action"], string>> = {
  register: "register",
  create: "create",
  update: "update",
  test: "test",
  "move-traffic": "move traffic:",
  mirror: "mirror traffic:",
  "set-default": "set as default:",
  delete: "delete",
  none: "no change",
};

/** What a release does, in order, and where the traffic goes. */
function ofDeployment(planned: PlannedDeployment): Planned {
  const { type, strategy, steps, trafficBefore, trafficAfter } = planned;
  const isMoved = trafficBefore !== undefined && trafficAfter !== undefined;
  const [only, ...more] = steps;
  const isNothing = only !== undefined && more.length === 0 && only.action === "none";
  return {
    group: groupOfDeployment(planned),
    name: code(releaseName(planned)),
    kind: `${deploymentTypeWord(type)}${strategy === undefined ? "" : `, ${strategy}`}`,
    changes: isNothing
      ? []
      : [
          ...steps.map(({ action, what, reason }): Text => [
            `${stepWords[action]} `,
            ...sentence(what),
            ...(reason === "" ? [] : [": ", ...sentence(reason)]),
          ]),
          ...(isMoved
            ? [["traffic: ", ...joined([trafficText(trafficBefore), trafficText(trafficAfter)], " → ")]]
            : []),
        ],
    reason: isNothing ? only.reason : "",
    isRelease: true,
  };
}

/** `+0.229 to +0.916`, and what is left out of it. */
function hourlyWords({ minimum, maximum, unpriced }: HourlyReport): string {
  const range = signed(minimum) === signed(maximum) ? signed(minimum) : `${signed(minimum)} to ${signed(maximum)}`;
  return unpriced.length === 0 ? range : `${range}, without ${unpriced.join(", ")} (no price is declared)`;
}
