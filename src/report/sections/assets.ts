import { code, heading, sentence, type Section } from "../document.ts";
import type { Result } from "../result.ts";
import { actionWords, assetWords } from "../wording.ts";

/** The assets that files of their own declare, and what was, or would be, registered. */
export function assetsSection({ assets, command, plan }: Pick<Result, "assets"> & Partial<Result>): readonly Section[] {
  // A plan has them among everything else that is planned.
  if (assets.length === 0 || (command === "plan" && plan !== undefined)) return [];
  const hasOthers = assets.some(({ kind }) => kind !== "environment");
  const rows = assets.map(({ kind, name, version, action, reason }) => [
    ...(hasOthers ? [assetWords[kind]] : []),
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
