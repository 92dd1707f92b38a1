import { code, joined, sentence, type Item } from "../document.ts";
import { groupFindings } from "../group-findings.ts";
import type { PlannedStep } from "../result.ts";

const severities = { error: "error", warning: "warning", "not-checked": "not checked", note: "note" } as const;

/**
 * What was found out about the targets before anything was done, for whoever planned it and for whoever applied it. What
 * several targets share is said once; a refusal's reason is made of its errors, so these are not repeated.
 */
export function findingItems(steps: readonly PlannedStep[]): readonly Item[] {
  const further = steps.map((step) => ({
    of: step,
    findings: step.action === "refuse" ? step.findings.filter(({ severity }) => severity !== "error") : step.findings,
  }));
  return groupFindings(further).map(({ of, finding: { severity, message, advice } }) => ({
    content: [
      ...joined(
        of.map(({ target }) => code(target)),
        ", ",
      ),
      `, ${severities[severity]}: `,
      ...sentence(`${message} ${advice}`),
    ],
  }));
}
