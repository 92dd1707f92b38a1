import { inFile, type Position, type Problem, type Severity } from "../../yaml/problem.ts";
import { problemCodes, type ProblemCode } from "../../yaml/problem-codes.ts";
import { capital } from "../format.ts";

export type SarifFacts = {
  /** Folder that the problems' files are relative to, itself relative to the repository, with `/`; empty for its root. */
  readonly folder: string;
  /** File of the repository that is named for what has no place: the workflow, or the declaration. */
  readonly fallbackFile: string;
  readonly version: string;
  /** Address of the page that explains the codes, each at its own anchor; absent where nobody knows it. */
  readonly codesPage?: string;
  /** False when the command could not do its work; problems are no such reason. */
  readonly completed: boolean;
  /** A digest, so that a problem keeps its identity when the lines around it move. */
  readonly digest: (text: string) => string;
};

const levels = { error: "error", warning: "warning", notice: "note" } as const satisfies Record<Severity, string>;

/**
 * The problems as SARIF 2.1.0, in the form that GitHub's code scanning takes: every result has a place.
 *
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 * @see https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
 */
export function sarifOf(problems: readonly Problem[], facts: SarifFacts): object {
  const codes = [...new Set(problems.map(({ code }) => code))].sort();
  const seen = new Map<string, number>();
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "azureml-targets",
            version: facts.version,
            semanticVersion: facts.version,
            rules: codes.map((code) => rule(code, problems, facts.codesPage)),
          },
        },
        columnKind: "utf16CodeUnits",
        invocations: [{ executionSuccessful: facts.completed }],
        results: problems.map((problem) => {
          const { code, severity, message, fix, where, related } = problem;
          // Where two problems would be the same one, they are told apart by their number.
          const identity = `${code}\n${where === undefined ? "" : where.file}\n${message}`;
          const number = (seen.get(identity) ?? 0) + 1;
          seen.set(identity, number);
          return {
            ruleId: code,
            ruleIndex: codes.indexOf(code),
            level: levels[severity],
            message: { text: [message, fix].filter((sentence) => sentence !== "").join(" ") },
            locations: [{ physicalLocation: place(where, facts) }],
            ...(related === undefined
              ? {}
              : {
                  relatedLocations: [
                    { id: 1, physicalLocation: place(related, facts), message: { text: "The other place." } },
                  ],
                }),
            partialFingerprints: { "azuremlTargetsProblem/v1": facts.digest(`${identity}\n${number}`) },
          };
        }),
      },
    ],
  };
}

function rule(code: ProblemCode, problems: readonly Problem[], codesPage: string | undefined): object {
  const { title, explanation, help } = problemCodes[code];
  const severest = (["error", "warning", "notice"] satisfies Severity[]).find((severity) =>
    problems.some((problem) => problem.code === code && problem.severity === severity),
  );
  return {
    id: code,
    name: code.split("-").map(capital).join(""),
    shortDescription: { text: title },
    fullDescription: { text: explanation },
    help: { text: `${explanation} ${help}`, markdown: `${plain(explanation)}\n\n${plain(help)}` },
    ...(codesPage === undefined ? {} : { helpUri: `${codesPage}#${code}` }),
    defaultConfiguration: { level: levels[severest ?? "error"] },
    properties: { tags: ["azure-machine-learning"] },
  };
}

/** Our own sentences as Markdown that shows them as they are. */
function plain(sentence: string): string {
  return sentence.replaceAll(/[\\`*_{}[\]<>|#$]/g, String.raw`\$&`);
}

/** The input `targets` is part of the workflow, so its lines are not those of a file. */
function place(found: Position | undefined, { folder, fallbackFile }: SarifFacts): object {
  const where = inFile(found);
  if (where === undefined) return { artifactLocation: { uri: relativeUri(fallbackFile) }, region: { startLine: 1 } };
  return {
    artifactLocation: { uri: relativeUri(folder === "" ? where.file : `${folder}/${where.file}`) },
    region: { startLine: Math.max(1, where.line), startColumn: Math.max(1, where.column) },
  };
}

/** Every part encoded, so that no sign in a name is taken for part of an address. */
function relativeUri(path: string): string {
  return path.toWellFormed().split("/").map(encodeURIComponent).join("/");
}
