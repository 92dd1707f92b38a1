import { code, heading, sentence, type Section } from "../document.ts";
import type { AssetReport, Result } from "../result.ts";
import { actionWords } from "../wording.ts";

const kindWords: Readonly<Record<AssetReport["kind"], string>> = {
  environment: "environment",
  component: "component",
  data: "data asset",
  model: "model",
};

/** The assets that files of their own declare, and what was, or would be, registered. */
export function assetsSection({ assets }: Pick<Result, "assets">): readonly Section[] {
  if (assets.length === 0) return [];
  const hasOthers = assets.some(({ kind }) => kind !== "environment");
  const rows = assets.map(({ kind, name, version, action, reason }) => [
    ...(hasOthers ? [kindWords[kind]] : []),
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
