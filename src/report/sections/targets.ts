import { code, heading, joined, sentence, type Block, type Item, type Section } from "../document.ts";
import type { Result, TargetReport } from "../result.ts";
import { actionWords, kindWord, stateOf, timeOf } from "../wording.ts";
import { findingItems } from "./findings.ts";
import { errorText } from "../error-text.ts";
import { saidAtTop, textOfError, type IsSaid } from "../told-failures.ts";

/** What was done to each target, how it ended, and what is to be known of it. */
export function targetsSection(result: Pick<Result, "targets" | "plan"> & Partial<Result>): readonly Section[] {
  const { targets, plan } = result;
  if (targets.length === 0) return [];
  const isSaid = saidAtTop(result);
  const rows = targets.map((target) => [
    code(target.name),
    kindWord(target.type),
    actionWords[target.action],
    stateOf(target),
    timeOf(target),
  ]);
  const columns = [
    { title: "Target" },
    { title: "Kind" },
    { title: "Action" },
    { title: "State" },
    { title: "Duration", numeric: true as const, reportOnly: true as const },
  ];
  const items = [
    ...guarantees(targets),
    ...targets.flatMap((target) => notesOf(target, isSaid)),
    ...findingItems(plan?.steps ?? []),
  ];
  const notes: readonly Block[] = items.length === 0 ? [] : [{ kind: "list", items }];
  return [{ rank: 3, blocks: [heading(2, "Targets"), { kind: "table", columns, rows }, ...notes] }];
}

/** What was done so that nobody else wrote at the same time. */
const guaranteeWords = {
  serialised: "serialised with other runs by a lease in the workspace's storage, and verified afterwards.",
  verified:
    "read before and verified after the write, without a lease: the workspace's storage could not be used. A collision with another run would have been detected, not prevented.",
} as const;

/** Which guarantee of "exactly once" held for what was written. */
function guarantees(targets: readonly TargetReport[]): readonly Item[] {
  return (["serialised", "verified"] as const).flatMap((guarantee) => {
    const names = targets.filter((target) => target.guarantee === guarantee).map(({ name }) => code(name));
    const content = [...joined(names, ", "), `: ${guaranteeWords[guarantee]}`];
    return names.length === 0 ? [] : [{ content, reportOnly: true as const }];
  });
}

/** Why it failed stands at the top of the report. */
function notesOf({ name, note, outcome, provisioningErrors }: TargetReport, isSaid: IsSaid): readonly Item[] {
  const errors = outcome === "failed" ? provisioningErrors.filter((error) => !isSaid(textOfError(error))) : [];
  return [
    ...(note === undefined || (outcome !== "succeeded" && isSaid(note)) ? [] : [sentence(note)]),
    ...errors.map(errorText),
  ].map((content) => ({
    content: joined([code(name), content], ": "),
  }));
}
