import { code, heading, sentence, type Section } from "../document.ts";
import type { Result } from "../result.ts";
import { actionWords } from "../wording.ts";

/** The environments that are declared, and what was, or would be, registered. */
export function environmentsSection({ environments }: Pick<Result, "environments">): readonly Section[] {
  if (environments.length === 0) return [];
  const rows = environments.map(({ name, version, action, reason }) => [
    code(name),
    code(version),
    actionWords[action],
    sentence(reason),
  ]);
  const columns = [
    { title: "Environment" },
    { title: "Version" },
    { title: "Action" },
    { title: "Why", long: true as const },
  ];
  return [{ rank: 3, blocks: [heading(2, "Environments"), { kind: "table", columns, rows }] }];
}
