import { lineCommands, optionsOf, type LineCommand } from "./options.ts";

/** Columns that a terminal is taken to have. */
const width = 100;
const indent = 28;

/** What `--help` shows, of everything or of one command. */
export function helpText(command?: LineCommand): string {
  if (command === undefined)
    return [
      "Usage: azureml-targets COMMAND [PATHS] [OPTIONS]",
      "",
      "Checks and plans declarations for Azure Machine Learning with the code of the GitHub Action azureml-targets.",
      "",
      "Commands",
      ...Object.entries(lineCommands).flatMap(([name, help]) => entry(name, help)),
      "",
      "azureml-targets COMMAND --help shows the options of a command.",
      "",
      ...exitCodes,
    ].join("\n");
  return [
    `Usage: azureml-targets ${command}${command === "init" ? "" : " [PATHS]"} [OPTIONS]`,
    "",
    lineCommands[command],
    ...(command === "init" ? [] : ["PATHS are declaration files or globs in quotes. Default: azureml.yml."]),
    "",
    "Options",
    ...optionsOf(command).flatMap(([name, { value, help }]) =>
      entry(`--${name}${value === undefined ? "" : ` ${value}`}`, help),
    ),
    "",
    ...exitCodes,
  ].join("\n");
}

const exitCodes = [
  "Exit codes",
  "  0    Nothing to complain about; with plan --expect-no-changes: nothing would change.",
  "  1    Problems were found, the plan was refused, or the command failed.",
  "  2    The command line was wrong. Nothing was done.",
  "  3    With plan --expect-no-changes: something would change.",
  "  130  Interrupted by Ctrl-C (143: ended by SIGTERM).",
];

/** A name, and beside it its help in lines of its own column. */
function entry(name: string, help: string): readonly string[] {
  const lines: string[] = [];
  for (const word of help.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width - indent) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  const label = `  ${name}`;
  const first = label.length < indent ? [`${label.padEnd(indent)}${lines.shift() ?? ""}`] : [label];
  return [...first, ...lines.map((line) => " ".repeat(indent) + line)];
}
