import { namedPath, keepInside, leadsOutside } from "../../yaml/named-path.ts";
import type { NodePath } from "../../yaml/source.ts";
import { suggestionFor } from "../../yaml/suggestion.ts";
import { carryOver, notCarriedOver, sourceFolder, type RunConfigurationReader } from "./reader.ts";
import { shellWord } from "./shell-word.ts";

/** The names of data, and what stands for the path of each in a command of az ml: `${{inputs.NAME}}`. */
export type Bindings = ReadonlyMap<string, string>;

/** How arguments name the path of data: by a variable of the SDK, and by its words for datasets. */
const placeholders =
  /\$(?:\{AZUREML_DATAREFERENCE_(\w+)\}|AZUREML_DATAREFERENCE_(\w+))|(?:DatasetConsumptionConfig|DatasetOutputConfig):([\w-]+)/g;

/** `script` and `arguments`, or `command`; and `code`, because both run in the source folder. */
export function readCommand(reader: RunConfigurationReader, bindings: Bindings, isWhole: boolean): void {
  const { value, node, add } = reader;
  const { script, arguments: declared } = value;
  const command = commandOf(reader);
  reader.job.put(["code"], ".", node);
  if (command === undefined && (script ?? "") === "") {
    // What the shape refuses may be either of them.
    if (isWhole) add("missing-key", [], 'The key "script" is missing.', "Add script, or command.");
    return;
  }
  if (command !== undefined) {
    if ((script ?? "") !== "")
      add("wrong-value", ["command"], "The run configuration has a command and a script.", "Keep one of the two.");
    if (declared !== undefined && declared !== null && declared.length > 0)
      notCarriedOver(add, ["arguments"], "a command has its own.", "Write them in command.");
    carryOver(reader, ["command"], withBindings(command, bindings), ["command"]);
    return;
  }
  const words = (declared ?? []).map((argument, index) =>
    argumentWord(asWritten(reader, argument, ["arguments", index]), ["arguments", index], bindings, reader),
  );
  const path = (script ?? "").replaceAll("\\", "/");
  checkScript(path, reader);
  carryOver(reader, ["command"], ["python", shellWord(path), ...words].join(" "), ["script"]);
}

/** A list is joined with blanks, as the SDK does it. */
function commandOf(reader: RunConfigurationReader): string | undefined {
  const { command } = reader.value;
  if (command === undefined || command === null) return undefined;
  const text =
    typeof command === "string"
      ? command
      : command.map((word, index) => asWritten(reader, word, ["command", index])).join(" ");
  return text.trim() === "" ? undefined : text;
}

/** `1.0` stays `1.0`. */
export function asWritten(
  { node }: Pick<RunConfigurationReader, "node">,
  word: string | number | boolean,
  at: NodePath,
): string {
  return typeof word === "string" ? word : (node.document.textAt?.([...node.path, ...at]) ?? String(word));
}

export function checkScript(script: string, { node, add }: Pick<RunConfigurationReader, "node" | "add">): void {
  const { is } = namedPath(script, node.document);
  if (is === "file") return;
  const what = `The script ${JSON.stringify(script)}`;
  if (is === "outside") add("outside", ["script"], `${what} ${leadsOutside}.`, keepInside);
  else if (is === "folder") add("not-a-file", ["script"], `${what} is a folder.`, "Name the Python file.");
  else
    add(
      "missing-file",
      ["script"],
      `${what} does not exist.`,
      `Fix the path; it is relative to ${sourceFolder(node.document)}.`,
    );
}

/** A command as it is, except that data has other names today. What it names besides is a variable of its own. */
function withBindings(command: string, bindings: Bindings): string {
  return command.replaceAll(
    placeholders,
    (text: string, braced?: string, plain?: string, dataset?: string) =>
      bindings.get(braced ?? plain ?? dataset ?? "") ?? text,
  );
}

/** An argument as one word of the shell, whatever is in it. */
function argumentWord(text: string, at: NodePath, bindings: Bindings, { add }: RunConfigurationReader): string {
  const parts: string[] = [];
  let from = 0;
  for (const { 0: placeholder, 1: braced, 2: plain, 3: dataset, index } of text.matchAll(placeholders)) {
    const name = braced ?? plain ?? dataset ?? "";
    const binding = bindings.get(name);
    if (binding === undefined) {
      const near = suggestionFor(name, [...bindings.keys()]);
      add(
        "unknown-binding",
        at,
        `The argument uses ${placeholder}, and no data of the name ${JSON.stringify(name)} is declared.${near}`,
        "Declare it under dataReferences, data or outputData, or fix the name.",
      );
      continue;
    }
    if (index > from) parts.push(shellWord(text.slice(from, index)));
    parts.push(binding);
    from = index + placeholder.length;
  }
  if (from < text.length || parts.length === 0) parts.push(shellWord(text.slice(from)));
  return parts.join("");
}
