import type { ServiceError } from "../azure/outcome.ts";
import { leafCause } from "../azure/service-error.ts";
import { formatPosition } from "../yaml/problem.ts";
import { whatToDo } from "./advice.ts";
import { html, visible } from "./escape.ts";
import { duration, metric } from "./format.ts";
import type { DoctorReport, Result, RunReport } from "./result.ts";
import { assignCommands } from "./role-commands.ts";
import { svgChart } from "./svg-chart.ts";
import {
  actionWords,
  checkWords,
  conclusionWords,
  guarantees,
  headline,
  hourlyWords,
  kindWord,
  pasteWords,
  planWords,
  permissionWords,
  severityWords,
  sharedFindings,
  stateOf,
  timeOf,
  totalWords,
} from "./wording.ts";

const style = `
:root{color-scheme:light dark;--ink:#1f2328;--soft:#59636e;--line:#d1d9e0;--back:#fff;--card:#f6f8fa;--good:#1a7f37;--bad:#b42318;--wait:#9a6700;--mark:#0969da}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9198a1;--line:#3d444d;--back:#0d1117;--card:#151b23;--good:#3fb950;--bad:#f85149;--wait:#d29922;--mark:#4493f8}}
*{box-sizing:border-box}body{margin:0;background:var(--back);color:var(--ink);font:15px/1.5 system-ui,"Segoe UI",sans-serif}
main{max-width:1080px;margin:0 auto;padding:28px 20px 60px}h1{font-size:24px;margin:0 0 4px}h3{font-size:15px;margin:20px 0 6px}h2{font-size:18px;margin:34px 0 10px;padding-bottom:6px;border-bottom:1px solid var(--line)}
.sub{color:var(--soft);margin:0 0 18px}.badge{display:inline-block;padding:1px 9px;border-radius:999px;border:1px solid currentColor;font-size:13px;font-weight:600}
.success{color:var(--good)}.failure{color:var(--bad)}.cancelled,.in-progress{color:var(--wait)}
ul.notes{margin:10px 0;padding:12px 16px 12px 32px;background:var(--card);border:1px solid var(--line);border-radius:8px}ul.bad{border-left:4px solid var(--bad)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}th,td{text-align:left;padding:7px 12px;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--soft);font-weight:600;font-size:13px}td.n,th.n{text-align:right}code{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,monospace;overflow-wrap:anywhere}td:first-child code{overflow-wrap:break-word}
dl{display:grid;grid-template-columns:max-content 1fr;gap:6px 20px;margin:0;padding:14px 16px;background:var(--card);border:1px solid var(--line);border-radius:8px}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
pre{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:12px 14px;overflow-x:auto;font:13px/1.45 ui-monospace,Menlo,monospace}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:16px;margin-top:16px}figure{margin:0;padding:10px 12px;border:1px solid var(--line);border-radius:8px}figcaption{font-weight:600;font-size:14px}
svg{width:100%;height:auto;display:block}.grid{stroke:var(--line);stroke-width:1}.axis{stroke:var(--soft)}.tick{fill:var(--soft);font-size:11px}.course{fill:none;stroke:var(--mark);stroke-width:2}.point{fill:var(--mark)}a{color:var(--mark)}
@media print{main{max-width:none;padding:0}h2{break-after:avoid}figure{break-inside:avoid}}
`;

/** The report as one HTML file: no scripts, nothing loaded from anywhere, readable in light, in dark and on paper. */
export function renderHtml(result: Result): string {
  const { conclusion, startedAt, durationSeconds } = result;
  const parts = [
    `<h1>${html(headline(result))} <span class="badge ${conclusion}">${html(conclusion)}</span></h1>`,
    `<p class="sub">${html(startedAt)}, ${html(duration(durationSeconds))}</p>`,
    conclusion === "success" ? "" : list(result.failures, "bad"),
    section("Still going on", list(result.leftGoing.map(({ what, next }) => `${what}. ${next}`))),
    result.run === undefined ? "" : section("Run", run(result.run)),
    result.doctor === undefined ? "" : doctor(result.doctor),
    section("Targets", targets(result)),
    section("Environments", environments(result)),
    result.plan === undefined || result.targets.length > 0 ? "" : section("Plan", plan(result)),
    section("Problems", problems(result)),
    result.run === undefined ? "" : section("Metrics", metrics(result.run)),
    result.run?.logTail === undefined ? "" : section("End of the log", `<pre>${html(result.run.logTail)}</pre>`),
    section(
      "Files",
      list([...result.files, ...result.skipped.map(({ file, reason }) => `${file}, skipped: ${reason}`)]),
    ),
  ];
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${html(headline(result))}</title><style>${style}</style></head><body><main>`,
    ...parts.filter((part) => part !== ""),
    "</main></body></html>\n",
  ].join("\n");
}

function section(title: string, content: string): string {
  return content === "" ? "" : `<section><h2>${html(title)}</h2>${content}</section>`;
}

function list(items: readonly string[], kind = ""): string {
  return notes(items.map(html), kind);
}

/** The same of items that are HTML already. */
function notes(items: readonly string[], kind = ""): string {
  return items.length === 0 ? "" : `<ul class="notes ${kind}">${items.map((item) => `<li>${item}</li>`).join("")}</ul>`;
}

/** Cells are HTML already; a head that ends in `#` is a column of numbers. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const numeric = head.map((title) => title.endsWith("#"));
  const cell = (tag: "th" | "td", text: string, index: number) =>
    `<${tag}${numeric[index] === true ? ' class="n"' : ""}>${text}</${tag}>`;
  return [
    '<div class="scroll"><table><thead><tr>',
    ...head.map((title, index) => cell("th", html(title.replace(/#$/, "")), index)),
    "</tr></thead><tbody>",
    ...rows.map((cells) => `<tr>${cells.map((text, index) => cell("td", text, index)).join("")}</tr>`),
    "</tbody></table></div>",
  ].join("");
}

const mono = (text: string) => `<code>${html(text)}</code>`;

function targets({ targets: reports, plan: planned }: Result): string {
  if (reports.length === 0) return "";
  const rows = reports.map((target) => [
    mono(target.name),
    html(kindWord(target.type)),
    html(actionWords[target.action]),
    html(stateOf(target)),
    html(timeOf(target)),
  ]);
  const held = guarantees(reports).map(({ names, words }) => `${names.map(mono).join(", ")}: ${html(words)}`);
  const said = reports.flatMap((target) => [
    ...(target.note === undefined ? [] : [`${mono(target.name)}: ${html(target.note)}`]),
    ...(target.outcome === "failed"
      ? target.provisioningErrors.map((error) => `${mono(target.name)}: ${errorText(error)}`)
      : []),
  ]);
  return (
    table(["Target", "Kind", "Action", "State", "Duration#"], rows) + notes([...held, ...said, ...findings(planned)])
  );
}

function environments({ environments: reports }: Result): string {
  if (reports.length === 0) return "";
  return table(
    ["Environment", "Version", "Action", "Why"],
    reports.map(({ name, version, action, reason }) => [
      mono(name),
      mono(version),
      html(actionWords[action]),
      html(reason),
    ]),
  );
}

function errorText(error: ServiceError): string {
  const leaf = leafCause(error);
  const advice = whatToDo(error);
  return [
    `${html(leaf.message)} ${mono(leaf.code)}`,
    leaf === error ? "" : `Reported as ${mono(error.code)}: ${html(error.message)}`,
    advice === undefined ? "" : `<strong>What to do:</strong> ${html(advice)}`,
    error.correlationId === undefined ? "" : `Correlation id ${mono(error.correlationId)}`,
    error.requestId === undefined ? "" : `Request id ${mono(error.requestId)}`,
  ]
    .filter((part) => part !== "")
    .join("<br>");
}

function doctor({ sections, federatedCredential, permissions, principal, roles }: DoctorReport): string {
  const json = (value: unknown) => `<pre>${html(JSON.stringify(value, undefined, 2))}</pre>`;
  const badge = { ok: "success", granted: "success", warning: "in-progress", error: "failure", missing: "failure" };
  const state = (name: keyof typeof badge | "not-checked", word: string) =>
    `<span class="badge ${name === "not-checked" ? "" : badge[name]}">${html(word)}</span>`;
  return [
    ...sections.map(({ title, checks }) => {
      const hasAdvice = checks.some(({ advice }) => advice !== undefined);
      return section(
        title,
        table(
          ["Result", "Found", ...(hasAdvice ? ["What to do"] : [])],
          checks.map((check) => [
            state(check.state, checkWords[check.state]),
            html(check.message),
            ...(hasAdvice ? [html(check.advice ?? "")] : []),
          ]),
        ),
      );
    }),
    federatedCredential === undefined
      ? ""
      : section("Federated credential", `<p>${html(`${pasteWords.credential}.`)}</p>${json(federatedCredential)}`),
    section(
      "Least-privilege role",
      roles
        .map(
          (one) =>
            `<p>${html(`${pasteWords.role}, and how it is given.`)}</p>${json(one.role)}<pre>${html(assignCommands(one, principal).join("\n"))}</pre>`,
        )
        .join(""),
    ),
    permissions.length === 0
      ? ""
      : section(
          "Needed permissions",
          table(
            ["Result", "Action", "Scope", "Level", "Needed to"],
            permissions.map((permission) => [
              state(permission.state, permissionWords[permission.state]),
              mono(permission.action),
              mono(permission.scope),
              html(permission.level),
              html(permission.purpose),
            ]),
          ),
        ),
  ].join("");
}

function plan({ plan: planned }: Result): string {
  const hourly = planned?.hourly;
  const rows = (planned?.steps ?? []).map((step) => [
    mono(step.target),
    html(kindWord(step.type)),
    html(planWords(step)),
    step.changes.map(({ field, from, to }) => `${mono(field)}: ${html(from)} → ${html(to)}`).join("<br>"),
    ...(hourly === undefined ? [] : [step.hourly === undefined ? "" : html(hourlyWords(step.hourly))]),
    html(step.reason),
  ]);
  if (rows.length === 0) return "";
  const head = ["Target", "Kind", "Plan", "Changes", ...(hourly === undefined ? [] : ["Per hour#"]), "Why"];
  return (hourly === undefined ? "" : list([totalWords(hourly)])) + table(head, rows) + notes(findings(planned));
}

/** What was found out about the targets before anything was done, for whoever planned it and for whoever applied it. */
function findings(planned: Result["plan"]): readonly string[] {
  return sharedFindings(planned?.steps ?? []).map(
    ({ of, finding: { severity, message, advice } }) =>
      `${of.map(({ target }) => mono(target)).join(", ")}, ${html(severityWords[severity])}: ${html(`${message} ${advice}`)}`,
  );
}

function problems({ problems: found }: Result): string {
  if (found.length === 0) return "";
  return table(
    ["Place", "Severity", "Problem", "Code"],
    found.map(({ where, severity, message, fix, code }) => [
      where === undefined ? "" : mono(formatPosition(where)),
      html(severity),
      html(`${message} ${fix}`),
      mono(code),
    ]),
  );
}

function run(report: RunReport): string {
  const rows: (readonly [string, string])[] = [
    ["Run", address(report)],
    [
      "State",
      `<span class="badge ${report.conclusion}">${html(report.status)}</span> ${report.conclusion === "success" ? "" : html(conclusionWords[report.conclusion])}${report.reused ? " joined, nothing was submitted" : ""}`,
    ],
    ...(report.durationSeconds === undefined ? [] : [["Duration", html(duration(report.durationSeconds))] as const]),
    ["Compute", mono(report.compute)],
    ...(report.environment === undefined ? [] : [["Environment", mono(report.environment)] as const]),
    ...(report.experiment === undefined ? [] : [["Experiment", html(report.experiment)] as const]),
    ...(report.commit === undefined ? [] : [["Commit", mono(report.commit)] as const]),
    ...(report.artifactsPath === undefined ? [] : [["Outputs", mono(report.artifactsPath)] as const]),
  ];
  const gates = report.gates.map(({ metric: name, condition, value, passed }) => [
    mono(name),
    html(condition),
    value === undefined ? "not logged" : html(metric(value)),
    passed ? '<span class="success">passed</span>' : '<strong class="failure">missed</strong>',
  ]);
  return [
    `<dl>${rows.map(([term, value]) => `<dt>${html(term)}</dt><dd>${value}</dd>`).join("")}</dl>`,
    report.error === undefined ? "" : `<ul class="notes bad"><li>${errorText(report.error)}</li></ul>`,
    gates.length === 0 ? "" : "<h3>Gates</h3>" + table(["Gate", "Condition", "Value#", "Result"], gates),
  ].join("");
}

function address({ name, url }: RunReport): string {
  return url?.startsWith("https://") === true ? `<a href="${html(visible(url))}">${html(name)}</a>` : mono(name);
}

function metrics({ metrics: series }: RunReport): string {
  if (series.length === 0) return "";
  const rows = series.map(({ name, last, points }) => {
    const values = points.map(({ value }) => value).filter(Number.isFinite);
    const range =
      values.length === 0 ? ["", ""] : [html(metric(Math.min(...values))), html(metric(Math.max(...values)))];
    return [mono(name), html(metric(last)), ...range, String(points.length)];
  });
  const charts = series.flatMap((one) => {
    const picture = svgChart(one);
    return picture === undefined ? [] : [`<figure><figcaption>${html(one.name)}</figcaption>${picture}</figure>`];
  });
  return (
    table(["Metric", "Last#", "Lowest#", "Highest#", "Values#"], rows) +
    (charts.length === 0 ? "" : `<div class="charts">${charts.join("")}</div>`)
  );
}
