import { describe, expect, it } from "@jest/globals";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { blocksOf, documents, nameOf, root, type Block } from "../support/documentation.ts";
import { problemsOfFile, problemsOfSteps, problemsOfWorkflow } from "../support/snippets.ts";
import { azCommands, azGlobal } from "./az-commands.ts";

/**
 * Every fenced block of the README and of docs/ is checked by what it is for: declarations by the action itself and by the
 * published schema, workflows by GitHub's own parser and by `action.yml`, shell by bash and by what its commands take.
 */
const blocks = documents.flatMap((document) => blocksOf(document));
const of = (...languages: readonly string[]) =>
  blocks.filter(({ language }) => languages.includes(language)).map((block) => [nameOf(block), block] as const);

type Mapping = Readonly<Record<string, unknown>>;
const isMapping = (value: unknown): value is Mapping =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { readonly scripts: Mapping };

describe("a block", () => {
  it.each(blocks.map((block) => [nameOf(block), block] as const))("has a language that is checked: %s", (_, block) => {
    // What nothing can check is plain text, and looks like it.
    expect(["yaml", "json", "jsonl", "sh", "python", "text"]).toContain(block.language);
  });
});

describe("a block of YAML", () => {
  it.each(of("yaml"))("is valid as what it is: %s", async (_, block) => {
    const kind = kindOf(block);
    expect([kind, ...(await checks[kind](block))]).toEqual([kind]);
  });

  it("that is wrong is found, whatever it is", async () => {
    const wrong = async (text: string, marks: Block["marks"] = {}) => {
      const block = { document: "README.md", line: 1, language: "yaml", marks, text };
      return (await checks[kindOf(block)](block)).join("\n");
    };
    expect(await wrong("targets: [{ name: a, type: amlcomput }]\n")).toContain("amlcomput");
    expect(await wrong("on: push\njobs: { a: { runs-on: x, step: [] } }\n")).toContain("step");
    expect(await wrong("- uses: OWNER/azureml-targets@v1\n  with: { commando: plan }\n")).toContain("commando");
    expect(await wrong("- uses: OWNER/azureml-targets@v1\n  with: { command: plans }\n")).toContain("plans");
    expect(await wrong("- uses: OWNER/azureml-targets@v1\n  with: { targets: '- { name: a }' }\n")).toContain("type");
    expect(await wrong("- run: echo ${{ steps.a.outputs.b && }}\n")).toContain("expression");
    expect(await wrong("$schema: commandJob.schema.json\ncommands: python a.py\n")).toContain("command");
    expect(await wrong("name: x\ndependencies: { python: 3 }\n")).toContain("dependencies");
    expect(await wrong("tests: [{ requests: {} }]\n", { in: "managed" })).toContain("requests");
    expect(await wrong("a: 1\n")).toContain("nothing that is known");
    expect(await wrong("a: [\n")).not.toBe("");
  });
});

describe("a block of JSON", () => {
  it.each(of("json", "jsonl"))("is JSON: %s", (_, { language, text }) => {
    const texts = language === "jsonl" ? text.split("\n").filter((line) => line !== "") : [text];
    for (const one of texts) expect(() => JSON.parse(one) as unknown).not.toThrow();
  });
});

describe("a block of Python", () => {
  it.each(of("python"))("can be compiled: %s", (_, { text }) => {
    const { status, stderr } = spawnSync("python3", ["-c", "import ast, sys; ast.parse(sys.stdin.read())"], {
      input: text,
      encoding: "utf8",
    });
    expect([status, stderr]).toEqual([0, ""]);
  });
});

describe("a block of shell", () => {
  it.each(of("sh"))("has commands that there are, with options that they take: %s", (_, block) => {
    expect(problemsOfShell(block.text)).toEqual([]);
  });

  it.each([
    ["npm run nothing", "npm run nothing"],
    ["az ad apps create", "az ad apps create"],
    ["az ad app create --name x", "--name"],
    ["if true; then", "syntax"],
    ["terraform plan", "terraform"],
  ])("that is wrong is found: %s", (text, found) => {
    expect(problemsOfShell(text).join("\n")).toContain(found);
  });
});

type Kind = "workflow" | "steps" | "declaration" | "az ml file" | "conda file" | "pre-commit" | "fragment" | "unknown";

function kindOf({ text, marks }: Block): Kind {
  if (marks["in"] !== undefined) return "fragment";
  const value = valueOf(text);
  if (Array.isArray(value))
    return value.some((one) => isMapping(one) && ("uses" in one || "run" in one)) ? "steps" : "declaration";
  if (!isMapping(value)) return "unknown";
  if ("jobs" in value && ("on" in value || "permissions" in value || !("$schema" in value || "type" in value)))
    return "workflow";
  if ("steps" in value) return "steps";
  if ("$schema" in value || "type" in value || "command" in value) return "az ml file";
  if ("dependencies" in value) return "conda file";
  if ("repos" in value) return "pre-commit";
  const keys = ["workspace", "targets", "run", "gates", "deploy", "prices", "limits", "retries", "overrides"];
  return Object.keys(value).some((key) => keys.includes(key)) ? "declaration" : "unknown";
}

const yamlOf = (path: string) => parseAllDocuments(readFileSync(join(root, path), "utf8"))[0]?.toJS() as unknown;

const valueOf = (text: string) => {
  try {
    return parseAllDocuments(text)[0]?.toJS() as unknown;
  } catch {
    return undefined;
  }
};

/** What is wrong with a block of each kind. */
const checks: Readonly<Record<Kind, (block: Block) => Promise<readonly string[]>>> = {
  workflow: async ({ text }) => {
    const value = valueOf(text);
    const whole = { on: "push", ...(value as Mapping) };
    return [...(await problemsOfWorkflow(whole)), ...(await problemsOfSteps(value))];
  },
  steps: async ({ text }) => {
    const value = valueOf(text);
    const job = Array.isArray(value) ? { steps: value as unknown } : (value as Mapping);
    const whole = { on: "push", jobs: { job: { "runs-on": "ubuntu-latest", ...job } } };
    return [...(await problemsOfWorkflow(whole)), ...(await problemsOfSteps(value))];
  },
  declaration: async (block) => {
    const value = valueOf(block.text);
    const text = Array.isArray(value) ? `targets:\n${block.text.replaceAll(/^/gm, "  ")}` : block.text;
    return [...problemsBySchema(valueOf(text)), ...(await problemsOfFile("azureml.yml", text, block.document))];
  },
  "az ml file": (block) => problemsOfFile(block.path ?? "file.yml", block.text, block.document),
  "conda file": async ({ text }) => {
    const { dependencies } = valueOf(text) as { readonly dependencies: unknown };
    const isList = (list: unknown): boolean =>
      Array.isArray(list) &&
      list.every((one) => typeof one === "string" || (isMapping(one) && Object.values(one).every(isList)));
    return isList(dependencies) ? [] : ["dependencies is not a list of packages."];
  },
  "pre-commit": async ({ text }) => {
    type Repository = {
      readonly repo: string;
      readonly rev: string;
      readonly hooks: readonly { readonly id: string }[];
    };
    const { repos } = valueOf(text) as { readonly repos: readonly Repository[] };
    const known = yamlOf(".pre-commit-hooks.yaml") as readonly { readonly id: string }[];
    return repos.flatMap(({ repo, rev, hooks }) => [
      ...(repo.endsWith("/azureml-targets") && rev.startsWith("v")
        ? []
        : [`${repo} at ${rev} is not a version of ours.`]),
      ...hooks.filter(({ id }) => !known.some((one) => one.id === id)).map(({ id }) => `There is no hook ${id}.`),
    ]);
  },
  fragment: async ({ text, marks, document }) => {
    const base = fragments[marks["in"] ?? ""];
    if (base === undefined) return [`in=${String(marks["in"])} is none of ${Object.keys(fragments).join(", ")}.`];
    return problemsOfFile("azureml.yml", `${base}${text.replaceAll(/^/gm, "  ")}`, document);
  },
  unknown: async ({ text }) => [
    ...parseAllDocuments(text).flatMap(({ errors }) => errors.map(({ message }) => message)),
    "It is nothing that is known: a declaration, a workflow, steps, a file of az ml or of conda.",
  ],
};

/** What a fragment belongs into, down to where it begins. */
const fragments: Readonly<Record<string, string>> = {
  managed: `deploy:
  type: managed
  endpoint: { name: clf, auth_mode: key }
  deployment: { name: blue, model: azureml:clf:1, instance_type: Standard_DS3_v2, instance_count: 1, environment: azureml:e:1, code_configuration: { code: ., scoring_script: azureml.yml } }
`,
  batch: `deploy:
  type: batch
  endpoint: { name: clf }
  deployment: { name: nightly, type: model, model: azureml:clf:1, compute: azureml:cpu, environment: azureml:e:1, code_configuration: { code: ., scoring_script: azureml.yml } }
`,
};

const ajv = new Ajv({ strict: false, allErrors: true });
(addFormats as unknown as (one: Ajv) => void)(ajv);
const bySchema = ajv.compile(JSON.parse(readFileSync(join(root, "schema", "azureml.schema.json"), "utf8")) as object);

function problemsBySchema(value: unknown): readonly string[] {
  return bySchema(value)
    ? []
    : (bySchema.errors ?? []).map(({ instancePath, message }) => `schema: ${instancePath} ${message ?? ""}`);
}

/** Programs that are not looked into further. */
const programs = [
  "cd",
  "env",
  "echo",
  "export",
  "for",
  "done",
  "do",
  "gh",
  "git",
  "kubectl",
  "pip",
  "python",
  "python3",
  "curl",
];

function problemsOfShell(text: string): readonly string[] {
  const { status, stderr } = spawnSync("bash", ["-n"], { input: text, encoding: "utf8" });
  if (status !== 0) return [`syntax: ${stderr}`];
  return commandsIn(text).flatMap((words) => {
    const [program = ""] = words;
    switch (program) {
      case "npm":
        return problemsOfNpm(words);
      case "az":
        return problemsOfAz(words);
      case "npx":
        return /^(node@\d+|azureml-targets)$/.test(words[1] ?? "") ? [] : [`${words.join(" ")}: not known`];
      default:
        return programs.includes(program) || program.startsWith("./") || program.startsWith(".ci/")
          ? []
          : [`${program} is not known`];
    }
  });
}

/** Each simple command, word by word; commands in `$(…)` are commands too. */
function commandsIn(text: string): readonly (readonly string[])[] {
  const joined = text.replaceAll("\\\n", " ").replaceAll(/(^|\s)#.*$/gm, "");
  const nested = [...joined.matchAll(/\$\(([^()]*)\)/g)].map(([, inside = ""]) => inside);
  const flat = joined.replaceAll(/\$\([^()]*\)/g, "VALUE");
  return [...flat.split(/\n|&&|\|\||;|\|/), ...nested]
    .map((command) =>
      (command.trim().match(/(?:"[^"]*"|'[^']*'|\S)+/g) ?? []).filter(
        (word, index, all) =>
          !all.slice(0, index + 1).every((one) => /^[\w-]+=/.test(one)) && !(index === 0 && word === "do"),
      ),
    )
    .filter((words) => words.length > 0);
}

function problemsOfNpm(words: readonly string[]): readonly string[] {
  const [, verb = "", name = ""] = words;
  if (verb === "run" || verb === "test") {
    const script = verb === "run" ? name : "test";
    return script in scripts ? [] : [`${words.join(" ")}: there is no such script`];
  }
  return ["ci", "cit", "install", "install-ci-test"].includes(verb) ? [] : [`${words.join(" ")}: not known`];
}

function problemsOfAz(words: readonly string[]): readonly string[] {
  const rest = words.slice(1);
  const first = rest.findIndex((word) => word.startsWith("-"));
  const command = rest.slice(0, first < 0 ? undefined : first).join(" ");
  const options = azCommands[command];
  if (options === undefined) return [`az ${command}: not known`];
  return rest
    .filter((word) => word.startsWith("-"))
    .map((word) => word.split("=")[0] ?? "")
    .filter((option) => ![...options, ...azGlobal].includes(option))
    .map((option) => `az ${command} takes no ${option}`);
}
