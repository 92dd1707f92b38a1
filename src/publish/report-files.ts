import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { appendSummary, setOutputs } from "../github/outputs.ts";
import type { Environment } from "../inputs.ts";
import { truncate, summaryBytes } from "../report/size-limit.ts";
import { renderHtml } from "../report/html.ts";
import { sections } from "../report/markdown.ts";
import { outputsOf } from "../report/outputs.ts";
import type { Result } from "../report/result.ts";

/** Writes everything that stays of a command: report files, job summary, outputs. */
export async function writeReports(
  result: Result,
  {
    temporaryFolder,
    summary,
    environment,
  }: { readonly temporaryFolder: string; readonly summary: boolean; readonly environment: Environment },
): Promise<void> {
  await mkdir(temporaryFolder, { recursive: true });
  const folder = await mkdtemp(join(temporaryFolder, "report-"));
  const paths = {
    markdown: join(folder, "report.md"),
    html: join(folder, "report.html"),
    result: join(folder, "result.json"),
  };
  const parts = sections(result);
  await Promise.all([
    writeFile(paths.markdown, parts.map(({ text }) => text).join("\n")),
    writeFile(paths.html, renderHtml(result)),
    writeFile(paths.result, `${JSON.stringify(result, undefined, 2)}\n`),
  ]);
  if (summary)
    await appendSummary(
      environment,
      truncate(parts, summaryBytes, "The whole report is in the file that the output report-path names."),
    );
  setOutputs({
    ...outputsOf(result),
    "report-path": paths.markdown,
    "report-html-path": paths.html,
    "result-path": paths.result,
  });
}
