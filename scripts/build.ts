import { execFileSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { minify } from "@swc/core";

/** Bundles `dist/` from `src/`. With `--check`, compares the committed bundle with what its sources build to instead. */
process.chdir(join(import.meta.dirname, ".."));
rmSync("build", { recursive: true, force: true });
const tsc = ["node_modules/typescript/bin/tsc", "--project", "tsconfig.build.json"];
execFileSync(process.execPath, tsc, { stdio: "inherit" });

// Loading these libraries does nothing by itself, but their packages do not say so. In a copy that says so, ncc drops what
// nobody uses of them, above all the HTTP client behind @actions/core.
cpSync("node_modules/@actions", "build/node_modules/@actions", { recursive: true });
for (const path of globSync("build/node_modules/**/@actions/*/package.json"))
  writeFileSync(path, JSON.stringify({ ...manifest(path), sideEffects: false }));

type Module = { readonly resource?: string; readonly modules?: readonly Module[] };
type Compilation = {
  readonly modules: Iterable<Module>;
  readonly chunkGraph: { readonly getNumberOfModuleChunks: (module: Module) => number };
};
type Ncc = (
  entry: string,
  options: object,
) => Promise<{
  readonly code: string;
  readonly assets: Readonly<Record<string, { readonly source: string | Buffer }>>;
  readonly stats: { readonly compilation: Compilation };
}>;
const ncc = createRequire(import.meta.url)("@vercel/ncc") as Ncc;
const { code, assets, stats } = await ncc(join(process.cwd(), "build/start.js"), { cache: false, quiet: true });

const { modules, chunkGraph } = stats.compilation;
const bundled = [...modules].filter((module) => chunkGraph.getNumberOfModuleChunks(module) > 0);
const files = new Map([["licenses.txt", licenses(bundled.flatMap((module) => module.modules ?? module))]]);
// package.json makes the files ES modules. The one asset left out is a script that a library opens browsers with.
for (const [name, { source }] of Object.entries({ ...assets, "index.js": { source: code } }))
  if (name.endsWith(".js")) files.set(name, await minified(inThisFolder(name, source.toString())));
  else if (name === "package.json") files.set(name, source.toString());

if (process.argv.includes("--check")) {
  const read = (name: string) => readFileSync(join("dist", name), "utf8");
  const present = readdirSync("dist");
  const names = new Set([...present, ...files.keys()]);
  const differing = [...names].filter((name) => !present.includes(name) || read(name) !== files.get(name));
  if (differing.length === 0) console.log("dist/ is what its sources build to, byte for byte.");
  else console.error(`dist/ is not what its sources build to; run npm run dist. Differing: ${differing.join(", ")}`);
  process.exitCode = differing.length === 0 ? 0 : 1;
} else {
  rmSync("dist", { recursive: true, force: true });
  mkdirSync("dist");
  for (const [name, text] of files) writeFileSync(join("dist", name), text);
}

/**
 * ncc takes `resolve(folder, "a name")` for a file that it has to bring along, and puts the name of this folder into it: the
 * path would be wrong wherever the bundle is run, and the bundle another one in every folder.
 */
function inThisFolder(name: string, text: string): string {
  const wrong = new RegExp(`__webpack_require__\\.ab \\+ "(?:\\.\\./)*${basename(process.cwd())}/`);
  if (wrong.test(text)) throw new Error(`${name}: ncc has taken a path for a file of the bundle. Use join for it.`);
  return text;
}

async function minified(text: string): Promise<string> {
  // Errors are told apart by name, and stack traces are for people.
  const named = { keep_classnames: true, keep_fnames: true };
  // Reading either makes Node load a library of its own, an HTTP client or web crypto. Nothing here sends forms.
  const global_defs = {
    "@FormData": "undefined",
    "@globalThis.crypto.randomUUID": 'process.getBuiltinModule("crypto").randomUUID',
  };
  // webpack puts the function of each module in parentheses, which makes V8 compile it at once instead of parsing it twice.
  // The minifier takes parentheses away, but not those of a call.
  const marked = text.replaceAll(/^\/\*{3}\/ \(/gm, "__atOnce__(");
  const { code } = await minify(marked, { module: true, mangle: named, compress: { ...named, global_defs } });
  return code.replaceAll("__atOnce__(", "(");
}

/** Name, version and licence text of every package with a module in the bundle; ncc's own list loses some of the texts. */
function licenses(modules: readonly Module[]): string {
  const folderOf = ({ resource = "" }: Module) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(resource)?.[0];
  const folders = [...new Set(modules.map(folderOf))].filter((folder) => folder !== undefined);
  const entries = folders.map((folder) => {
    const { name, version, license } = manifest(join(folder, "package.json"));
    const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
    const text = file === undefined ? "" : readFileSync(join(folder, file), "utf8").replaceAll("\r\n", "\n").trim();
    return `${name} ${version}\n${license}\n\n${text}\n`;
  });
  return [...new Set(entries)].sort().join(`\n${"-".repeat(80)}\n`);
}

function manifest(path: string): Record<"name" | "version" | "license", string> {
  return JSON.parse(readFileSync(path, "utf8")) as Record<"name" | "version" | "license", string>;
}
