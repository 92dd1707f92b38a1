import { failureReasons } from "../../src/report/failure-reasons.ts";
import type { CodeEntry } from "../../src/yaml/code-entry.ts";
import { problemCodes } from "../../src/yaml/problem-codes.ts";
import { sentence, table } from "./markdown.ts";

/** The page of codes: every problem of a declaration, and every reason why a step fails. */
export function codesPage(): string {
  return `# Codes

Codes are stable: workflows can rely on them. \`npm run docs\` generates this page from the source.

## Problems

What can be wrong with a declaration. The code follows the message in the log, and is the title of the annotation, a column
in the job summary, and the rule in the SARIF file.

${codeTable("Code", problemCodes, "")}

## Failure reasons

The values of the output \`failure-reason\`.

${codeTable("Reason", failureReasons, "failure-")}
`;
}

function codeTable(title: string, entries: Readonly<Record<string, CodeEntry>>, prefix: string): string {
  const rows = Object.entries(entries)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { title: what, explanation, help }]) => [
      `<a id="${prefix}${code}"></a>\`${code}\``,
      `**${sentence(what)}** ${sentence(explanation)}`,
      sentence(help),
    ]);
  return table([title, "What it means", "What to do"], rows);
}
