import type { Command } from "../../src/report/result.ts";
import { cell, table } from "./markdown.ts";
import { commandNames } from "../../src/inputs.ts";

export type ActionOutput = { readonly description: string };

type Group = {
  readonly title: string;
  readonly text: string;
  readonly commands: readonly Command[];
  readonly outputs: readonly string[];
};

/** Outputs are set together: by what the result of a command has. `__tests__/scripts/outputs.test.ts` holds the groups. */
export const outputGroups: readonly Group[] = [
  {
    title: "Always",
    text: "Set by every command, also when it fails.",
    commands: commandNames,
    outputs: ["targets", "changed", "failure-reason", "report-path", "report-html-path", "result-path"],
  },
  {
    title: "Plan",
    text: "Set once the declaration has been compared with the workspace.",
    commands: ["plan", "apply", "train", "deploy", "up"],
    outputs: ["has-changes", "to-create", "to-attach", "to-update", "to-reattach", "plan", "matrix"],
  },
  {
    title: "Run",
    text: "Set once a run has been submitted, joined or resumed.",
    commands: ["train", "up"],
    outputs: [
      "run-id",
      "run-name",
      "run-url",
      "run-status",
      "run-metrics",
      "children",
      "best-trial",
      "artifacts-path",
      "run-reused",
      "gates",
    ],
  },
  {
    title: "Deployments",
    text: "Set once a deployment has been looked at. Single values are those of the last one; `deployments` has all of them.",
    commands: ["deploy", "up"],
    outputs: [
      "model-id",
      "endpoint-name",
      "deployment-name",
      "deployment-state",
      "scoring-uri",
      "swagger-uri",
      "traffic-before",
      "traffic-after",
      "deployments",
    ],
  },
];

/** The page of outputs: what each holds, and which commands set it. */
export function outputsPage(outputs: Readonly<Record<string, ActionOutput>>): string {
  const groups = outputGroups.map(({ title, text, commands, outputs: names }) => {
    const setBy =
      commands.length === commandNames.length ? "" : ` By ${commands.map((name) => `\`${name}\``).join(", ")}.`;
    const rows = names.map((name) => [`\`${name}\``, cell(outputs[name]?.description ?? "")]);
    return `## ${title}\n\n${text}${setBy}\n\n${table(["Output", "Meaning"], rows)}`;
  });
  return `# Outputs

\`npm run docs\` generates this page from \`action.yml\`. Every output is text; those that hold JSON are for \`fromJSON\`. One that
is not set is empty. The JSON file at \`result-path\` has everything, in more detail
([schema](../../schema/result.schema.json)).

${groups.join("\n\n")}
`;
}
