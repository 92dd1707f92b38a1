import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { appendSummary, setOutputs } from "../github/outputs.ts";
import { outputsOf } from "../report/outputs.ts";
import { renderHtml } from "../report/render/html.ts";
import { markdownSections } from "../report/render/markdown.ts";
import { summaryBytes, truncate } from "../report/render/size-limit.ts";
import { reportOf } from "../report/report.ts";
import type { Result } from "../report/result.ts";

type Place = {
  readonly temporaryFolder: string;
  /** Whether the job summary is written too. */
  readonly summary: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
};

/** Writes everything that stays of a command: report files, job summary, outputs. */
export async function writeReports(result: Result, { temporaryFolder, summary, environment }: Place): Promise<void> {
  await mkdir(temporaryFolder, { recursive: true });
  const folder = await mkdtemp(join(temporaryFolder, "report-"));
  const paths = {
    markdown: join(folder, "report.md"),
    html: join(folder, "report.html"),
    result: join(folder, "result.json"),
  };
  const report = reportOf(result);
  const sections = markdownSections(report);
  await Promise.all([
    writeFile(paths.markdown, sections.map(({ text }) => text).join("\n")),
    writeFile(paths.html, renderHtml(report)),
    writeFile(paths.result, `${JSON.stringify(result, undefined, 2)}\n`),
  ]);
  if (summary)
    await appendSummary(
      environment,
      truncate(sections, summaryBytes, "The whole report is in the file that the output report-path names."),
    );
  setOutputs({
    ...outputsOf(result),
    "report-path": paths.markdown,
    "report-html-path": paths.html,
    "result-path": paths.result,
  });
}
