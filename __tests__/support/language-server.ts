import { once } from "node:events";
import { pathToFileURL } from "node:url";
import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";

/** The language server that editors use for YAML, in a process of its own, spoken to as an editor does. */

type Message = { readonly id?: number; readonly method?: string; readonly params?: unknown; readonly result?: unknown };
type Position = { readonly line: number; readonly character: number };
export type Diagnostic = {
  readonly message: string;
  readonly range: { readonly start: Position; readonly end: Position };
};
type Item = { readonly label: string; readonly documentation?: unknown };

export type LanguageServer = {
  /** What is marked in a text, once the server has looked at it. */
  readonly diagnose: (text: string) => Promise<readonly Diagnostic[]>;
  /** What is said of the place that `|` marks, which is not part of the text. */
  readonly hover: (marked: string) => Promise<string>;
  /** What is proposed at the place that `|` marks. */
  readonly complete: (marked: string) => Promise<readonly Item[]>;
  readonly stop: () => Promise<void>;
};

const root = join(import.meta.dirname, "..", "..");
const program = join(root, "node_modules", "yaml-language-server", "bin", "yaml-language-server");

/** @param schema path of the schema that every text is of. Nothing is fetched. */
export async function startLanguageServer(schema: string): Promise<LanguageServer> {
  const child = spawn(process.execPath, [program, "--stdio"], { stdio: ["pipe", "pipe", "ignore"] });
  const { request, notify, nextDiagnostics } = converse(child, {
    yaml: {
      schemas: { [pathToFileURL(join(root, schema)).href]: ["*.yml"] },
      ...{ validate: true, hover: true, completion: true },
      schemaStore: { enable: false },
      disableDefaultProperties: false,
    },
  });
  await request("initialize", {
    processId: process.pid,
    rootUri: null,
    capabilities: { workspace: { configuration: true } },
  });
  notify("initialized", {});
  notify("workspace/didChangeConfiguration", { settings: {} });
  let count = 0;
  const open = (text: string): string => {
    count += 1;
    const uri = `file:///checkout/${count}.yml`;
    notify("textDocument/didOpen", { textDocument: { uri, languageId: "yaml", version: 1, text } });
    return uri;
  };
  const at = async (method: string, marked: string): Promise<unknown> => {
    const before = marked.slice(0, marked.indexOf("|")).split("\n");
    const position: Position = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
    const uri = open(marked.replace("|", ""));
    await nextDiagnostics(uri);
    return request(method, { textDocument: { uri }, position });
  };
  return {
    diagnose: (text) => nextDiagnostics(open(text)),
    hover: async (marked) => {
      const found = (await at("textDocument/hover", marked)) as {
        readonly contents: { readonly value: string };
      } | null;
      return found?.contents.value ?? "";
    },
    complete: async (marked) => {
      const found = (await at("textDocument/completion", marked)) as { readonly items: readonly Item[] } | null;
      return found?.items ?? [];
    },
    stop: async () => {
      child.kill();
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    },
  };
}

/** The protocol: messages with their length in front. */
function converse(child: ChildProcess, settings: Readonly<Record<string, unknown>>) {
  const answers = new Map<number, (result: unknown) => void>();
  const waiting = new Map<string, (found: readonly Diagnostic[]) => void>();
  const send = (message: object) => {
    const body = JSON.stringify({ jsonrpc: "2.0", ...message });
    child.stdin?.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  };
  const take = ({ id, method, params, result }: Message) => {
    if (method === undefined) {
      if (id !== undefined) answers.get(id)?.(result);
    } else if (method === "workspace/configuration") {
      const { items } = params as { readonly items: readonly { readonly section: string }[] };
      send({ id, result: items.map(({ section }) => settings[section] ?? null) });
    } else if (method === "textDocument/publishDiagnostics") {
      const { uri, diagnostics } = params as { readonly uri: string; readonly diagnostics: readonly Diagnostic[] };
      waiting.get(uri)?.(diagnostics);
    } else if (id !== undefined) send({ id, result: null });
  };
  let buffer = Buffer.alloc(0);
  child.stdout?.on("data", (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (;;) {
      const end = buffer.indexOf("\r\n\r\n");
      const length = Number(/Content-Length: (\d+)/i.exec(buffer.toString("utf8", 0, Math.max(end, 0)))?.[1]);
      if (end < 0 || buffer.length < end + 4 + length) return;
      const body = buffer.toString("utf8", end + 4, end + 4 + length);
      buffer = buffer.subarray(end + 4 + length);
      take(JSON.parse(body) as Message);
    }
  });
  let last = 0;
  return {
    notify: (method: string, params: unknown) => send({ method, params }),
    request: (method: string, params: unknown) =>
      new Promise<unknown>((resolve) => {
        last += 1;
        answers.set(last, resolve);
        send({ id: last, method, params });
      }),
    nextDiagnostics: (uri: string) =>
      new Promise<readonly Diagnostic[]>((resolve) => {
        waiting.set(uri, resolve);
      }),
  };
}
