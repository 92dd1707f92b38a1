import { code, heading, sentence, type Section } from "../document.ts";
import type { Result } from "../result.ts";
import { actionWords } from "../wording.ts";

/** The environments and components that are declared, and what was, or would be, registered. */
export function assetsSection({ environments }: Pick<Result, "environments">): readonly Section[] {
  if (environments.length === 0) return [];
  const hasOthers = environments.some(({ kind }) => kind !== undefined);
  const rows = environments.map(({ kind, name, version, action, reason }) => [
    ...(hasOthers ? [kind ?? "environment"] : []),
    code(name),
    code(version),
    actionWords[action],
    sentence(reason),
  ]);
  const columns = [
    ...(hasOthers ? [{ title: "Kind" }, { title: "Asset" }] : [{ title: "Environment" }]),
    { title: "Version" },
    { title: "Action" },
    { title: "Why", long: true as const },
  ];
  return [{ rank: 3, blocks: [heading(2, hasOthers ? "Assets" : "Environments"), { kind: "table", columns, rows }] }];
}
