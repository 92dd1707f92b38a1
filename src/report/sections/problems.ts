import { formatPosition, mostAnnotations, type Problem, type Severity } from "../../yaml/problem.ts";
import { code, heading, lineBreak, sentence, type Block, type Section } from "../document.ts";
import { count } from "../format.ts";
import type { Result } from "../result.ts";

/** What is wrong with the declarations, each problem with its place. */
export function problemsSection({ problems }: Pick<Result, "problems">): readonly Section[] {
  if (problems.length === 0) return [];
  const rows = problems.map(({ where, severity, message, fix, code: name, related }) => [
    where === undefined ? "" : code(formatPosition(where)),
    severity,
    [
      ...sentence(`${message} ${fix}`),
      ...(related === undefined ? [] : [lineBreak, "See also ", code(formatPosition(related))]),
    ],
    code(name),
  ]);
  const columns = [{ title: "Place" }, { title: "Severity" }, { title: "Problem" }, { title: "Code" }];
  return [{ rank: 4, blocks: [heading(2, "Problems"), ...annotated(problems), { kind: "table", columns, rows }] }];
}

/** How many problems GitHub shows no annotation of. */
function annotated(problems: readonly Problem[]): readonly Block[] {
  const more = (["error", "warning", "notice"] satisfies Severity[])
    .map((severity) => problems.filter((problem) => problem.severity === severity).length - mostAnnotations)
    .reduce((sum, above) => sum + Math.max(above, 0), 0);
  if (more === 0) return [];
  const content = `${count(problems.length, "problem")}. GitHub shows ${mostAnnotations} annotations of a kind for each step, so ${more} of them ${more === 1 ? "is" : "are"} listed here and in the log only.`;
  return [{ kind: "text", content }];
}
