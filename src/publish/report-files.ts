import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withoutSecrets } from "../github/mask.ts";
import { appendSummary, setOutputs } from "../github/outputs.ts";
import { outputsOf } from "../report/outputs.ts";
import { renderHtml } from "../report/render/html.ts";
import { markdownSections } from "../report/render/markdown.ts";
import { summaryBytes, truncate } from "../report/render/size-limit.ts";
import { reportOf, withoutUnreadable } from "../report/report.ts";
import type { Result } from "../report/result.ts";

type Place = {
  readonly temporaryFolder: string;
  /** Whether the job summary is written too. */
  readonly summary: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
};

/**
 * Writes everything that stays of a command: outputs, report files, job summary. What cannot be written keeps nothing else
 * from being written.
 *
 * @returns a sentence for each thing that could not be written.
 */
export async function writeReports(whole: Result, place: Place): Promise<readonly string[]> {
  // The runner hides secrets in what it shows itself, and in no file and no output.
  const result = withoutSecrets(whole);
  const failures: string[] = [];
  const attempt = async <Value>(what: string, work: () => Value | Promise<Value>): Promise<Value | undefined> => {
    try {
      return await work();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      failures.push(`${what} could not be written: ${why}.`);
      return undefined;
    }
  };
  // First of all: later steps go by them, whatever becomes of the reports.
  await attempt("The outputs", () => setOutputs(outputsOf(result)));
  const report = withoutUnreadable(reportOf(result), [(document) => markdownSections(document), renderHtml]);
  const sections = markdownSections(report);
  const folder = await attempt("The folder of the reports", async () => {
    await mkdir(place.temporaryFolder, { recursive: true });
    return mkdtemp(join(place.temporaryFolder, "report-"));
  });
  const file = async (output: string, name: string, text: () => string): Promise<void> => {
    if (folder === undefined) return;
    const path = join(folder, name);
    await attempt(`The file ${name}`, async () => {
      await writeFile(path, text());
      setOutputs({ [output]: path });
    });
  };
  await file("report-path", "report.md", () => sections.map(({ text }) => text).join("\n"));
  await file("report-html-path", "report.html", () => renderHtml(report));
  await file("result-path", "result.json", () => `${JSON.stringify(result, undefined, 2)}\n`);
  if (place.summary)
    await attempt("The job summary", () =>
      appendSummary(
        place.environment,
        truncate(sections, summaryBytes, "The whole report is in the file that the output report-path names."),
      ),
    );
  return failures;
}
