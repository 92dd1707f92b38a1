import { badge, code, heading, joined, link, sentence, type Block, type Section, type Text } from "../document.ts";
import { errorText } from "../error-text.ts";
import { endOfLog } from "../log-end.ts";
import { duration } from "../format.ts";
import { saidAtTop, textOfError, type IsSaid } from "../told-failures.ts";
import { releaseEndings } from "../wording.ts";
import type { DeploymentReport, Result, TestReport, Traffic } from "../result.ts";

const typeWords = new Map([
  ["managed", "managed online"],
  ["kubernetes", "Kubernetes online"],
  ["batch", "batch"],
  ["aci", "ACI web service"],
  ["aks", "AKS web service"],
  ["local", "on the runner"],
]);

export function deploymentTypeWord(type: string): string {
  return typeWords.get(type) ?? type;
}

/** What was deployed: a table of all, then of each what there is to say. */
export function deploymentsSection(result: Pick<Result, "deployments"> & Partial<Result>): readonly Section[] {
  const { deployments } = result;
  if (deployments.length === 0) return [];
  const isSaid = saidAtTop(result);
  const blocks = [heading(2, "Deployments"), table(deployments), ...deployments.flatMap(shares)];
  return [{ rank: 2, blocks }, ...deployments.flatMap((one) => sectionsOf(one, isSaid))];
}

/** Where the traffic goes, before and after. */
function shares({ endpoint, trafficBefore, trafficAfter }: DeploymentReport): readonly Block[] {
  if (trafficAfter === undefined) return [];
  const bar = (title: string, traffic: Traffic) => ({
    title: `Traffic of ${endpoint} ${title}`,
    parts: Object.entries(traffic)
      .filter(([, percent]) => percent > 0)
      .map(([name, percent]) => ({ name, percent })),
  });
  const before = trafficBefore === undefined ? [] : [bar("before", trafficBefore)];
  return [{ kind: "shares", bars: [...before, bar(before.length === 0 ? "now" : "after", trafficAfter)] }];
}

function table(deployments: readonly DeploymentReport[]): Block {
  const hasTests = deployments.some(({ tests }) => tests.length > 0);
  return {
    kind: "table",
    columns: [
      { title: "Deployment" },
      { title: "Type" },
      { title: "State" },
      { title: "Action" },
      ...(hasTests ? [{ title: "Tests" }] : []),
      { title: "Duration", numeric: true, reportOnly: true },
    ],
    rows: deployments.map((one): readonly Text[] => {
      const { text, tone } = releaseEndings[one.action];
      return [
        nameOf(one),
        deploymentTypeWord(one.type),
        one.state,
        badge(text, tone),
        ...(hasTests ? [testsWord(one.tests)] : []),
        duration(one.durationSeconds),
      ];
    }),
  };
}

function nameOf({ endpoint, deployment, url }: Pick<DeploymentReport, "endpoint" | "deployment" | "url">): Text {
  const name = url === undefined ? code(endpoint) : link(endpoint, url);
  return deployment === undefined || deployment === endpoint ? name : [name, " / ", code(deployment)];
}

/** `blue 90 %, green 10 %`; shares of nothing are left out. */
export function trafficText(traffic: Traffic | undefined): Text {
  if (traffic === undefined) return "";
  const shares = Object.entries(traffic).filter(([, share]) => share > 0);
  if (shares.length === 0) return "none";
  return joined(
    shares.map(([name, share]) => [code(name), ` ${share} %`]),
    ", ",
  );
}

function testsWord(tests: readonly TestReport[]): Text {
  if (tests.length === 0) return "";
  const passed = tests.filter((test) => test.passed).length;
  return passed === tests.length
    ? badge(`${passed} passed`, "good")
    : [badge(`${tests.length - passed} failed`, "bad"), passed === 0 ? "" : `, ${passed} passed`];
}

/** What is said of one deployment, where there is anything. */
function sectionsOf(report: DeploymentReport, isSaid: IsSaid): readonly Section[] {
  const { error, tests, logTail } = report;
  const hasFailed = report.action === "failed" || report.action === "rolled-back";
  const notes = report.notes.filter((note) => !hasFailed || !isSaid(note));
  const blocks: readonly Block[] = [
    ...(error === undefined || isSaid(textOfError(error))
      ? []
      : [{ kind: "list" as const, items: [{ content: errorText(error) }], tone: "bad" as const }]),
    ...(tests.length === 0 ? [] : [testTable(tests, isSaid)]),
    ...facts(report),
    ...(notes.length === 0
      ? []
      : [{ kind: "list" as const, items: notes.map((note) => ({ content: sentence(note) })) }]),
    ...tryIt(report),
    ...endOfLog(logTail, linesShown),
  ];
  return blocks.length === 0 ? [] : [{ rank: 3, blocks: [heading(3, nameOf(report)), ...blocks] }];
}

function testTable(tests: readonly TestReport[], isSaid: IsSaid): Block {
  const hasReasons = tests.some(({ message }) => message !== undefined && !isSaid(message));
  const hasTimes = tests.some(({ latency }) => latency !== undefined);
  return {
    kind: "table",
    columns: [
      { title: "Test" },
      { title: "Result" },
      { title: "Answer" },
      { title: "Calls", numeric: true },
      ...(hasTimes
        ? [
            { title: "Median", numeric: true as const },
            { title: "95 %", numeric: true as const },
            { title: "Slowest", numeric: true as const },
          ]
        : []),
      ...(hasReasons ? [{ title: "Why", long: true as const }] : []),
    ],
    rows: tests.map(({ name, passed, status, calls, latency, message, url }): readonly Text[] => [
      url === undefined ? code(name) : link(name, url),
      passed ? badge("passed", "good") : badge("failed", "bad"),
      status ?? "",
      String(calls),
      ...(hasTimes ? [time(latency?.median), time(latency?.p95), time(latency?.max)] : []),
      ...(hasReasons ? [message === undefined || isSaid(message) ? "" : sentence(message)] : []),
    ]),
  };
}

const time = (milliseconds: number | undefined) => (milliseconds === undefined ? "" : `${Math.round(milliseconds)} ms`);

function facts({ strategy, modelId, scoringUri, swaggerUri }: DeploymentReport): readonly Block[] {
  const rows: readonly (readonly Text[])[] = [
    ...(strategy === undefined ? [] : [["Strategy", strategy]]),
    ...(modelId === undefined ? [] : [["Model", code(shortened(modelId))]]),
    ...(scoringUri === undefined ? [] : [["Scoring URI", code(scoringUri)]]),
    ...(swaggerUri === undefined ? [] : [["OpenAPI", code(swaggerUri)]]),
  ];
  return rows.length === 0 ? [] : [{ kind: "table", rows }];
}

/** `clf:3` of an id of the workspace; any other stays as it is. */
function shortened(id: string): string {
  const [, name, version] = /\/workspaces\/[^/]+\/models\/([^/]+)\/versions\/([^/]+)$/i.exec(id) ?? [];
  return name === undefined || version === undefined ? id : `${name}:${version}`;
}

/** A request to copy. Keys and tokens never stand in it. */
function tryIt({ scoringUri, type, action }: DeploymentReport): readonly Block[] {
  if (scoringUri === undefined || type === "batch" || action === "failed" || action === "rolled-back") return [];
  const quoted = `'${scoringUri.replaceAll("'", String.raw`'\''`)}'`;
  const login = type === "local" ? "" : ' -H "Authorization: Bearer $KEY"';
  return [
    {
      kind: "details",
      summary: "The request to try",
      blocks: [
        {
          kind: "code",
          language: "sh",
          text: `curl ${quoted}${login} -H 'Content-Type: application/json' -d @request.json`,
        },
      ],
    },
  ];
}

/** Enough to see a program's own error. Our choice. */
const linesShown = 12;
