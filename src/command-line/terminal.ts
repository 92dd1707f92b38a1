import { styleText } from "node:util";
import { inert } from "../github/log.ts";
import { withoutSecrets } from "../github/mask.ts";
import type { Log } from "../github/log.ts";
import { formatPosition, type Position, type Problem } from "../yaml/problem.ts";

/** Where the lines of a command line go. */
export type Streams = {
  /** What was asked for: problems, the plan. */
  readonly out: (line: string) => void;
  /** What happens meanwhile. */
  readonly err: (line: string) => void;
  readonly isColoured: boolean;
};

const words = { error: "error", warning: "warning", notice: "note" } as const;
const colours = { error: "red", warning: "yellow", notice: "cyan" } as const;

/**
 * The log of a command in a terminal: plain lines, no workflow command, no secret.
 *
 * @param prefix the way from where the terminal stands to the folder that places are relative to, with `/`; may be empty.
 */
export function createTerminalLog({ out, err, isColoured }: Streams, prefix: string): Log {
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    isColoured ? styleText(style, text, { validateStream: false }) : text;
  const said = (
    severity: Problem["severity"],
    message: string,
    more: { readonly where?: Position; readonly code?: string },
  ) => {
    const place = more.where === undefined ? "" : `${paint("bold", plain(placed(more.where)))}: `;
    const code = more.code === undefined ? "" : paint("dim", ` (${plain(more.code)})`);
    out(`${place}${paint(colours[severity], words[severity])}: ${plain(message)}${code}`);
  };
  const placed = (where: Position) => (prefix === "" ? "" : `${prefix}/`) + formatPosition(where);
  return {
    info: (text) => err(inertLines(text)),
    group: (title, texts) => {
      out(paint("bold", plain(title)));
      for (const text of texts) out(inertLines(text));
    },
    startGroup: (title) => err(plain(title)),
    endGroup: () => undefined,
    annotate: (severity, text) => said(severity, text, {}),
    problem: (problem) => {
      const { severity, message, where, code, fix, related } = withoutSecrets(problem);
      said(severity, message, { ...(where === undefined ? {} : { where }), code });
      out(`  ${plain(fix)}`);
      if (related !== undefined) out(`  See also ${plain(placed(related))}.`);
    },
    failure: ({ reason, message, where }) =>
      said("error", message, { ...(where === undefined ? {} : { where }), code: reason }),
  };
}

/**
 * Text as text: without secrets, without signs that move a cursor or colour what follows, and nothing that a runner would
 * take for a command, because this may be called in a step.
 */
export function inertLines(text: string): string {
  return inert(withoutSecrets(text)).replaceAll("\u001b", "");
}

function plain(text: string): string {
  return inertLines(text).replaceAll("\n", " ");
}

/** A value as JSON that is one line or more of nothing but data, whoever shows it. */
export function inertJson(value: unknown): string {
  return JSON.stringify(withoutSecrets(value), undefined, 2)
    .replaceAll("##[", "##\\u005b")
    .replaceAll(/[\u007f-\u009f\u2028\u2029]/g, escapedSign);
}

/** A sign as JSON, and YAML in double quotes, write it by its number. */
export function escapedSign(sign: string): string {
  return `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
