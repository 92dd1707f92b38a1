import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { join, relative } from "node:path";
import { tmpdir } from "node:os";
import { rolldown, type OutputChunk, type Plugin } from "rolldown";

/** Bundles `dist/` from `src/`. With `--check`, compares instead; with `--list`, says what is in each file. */
const root = join(import.meta.dirname, "..");
const check = process.argv.includes("--check");
const target = check ? mkdtempSync(join(tmpdir(), "dist-")) : join(root, "dist");

const chunks = await build();
writeFileSync(join(target, "licenses.txt"), licenses(chunks));
writeFileSync(join(target, "package.json"), '{ "type": "module" }\n');
if (process.argv.includes("--list")) for (const chunk of chunks) console.log(contentsOf(chunk));

if (check) {
  const differing = compare(join(root, "dist"), target);
  rmSync(target, { recursive: true, force: true });
  if (differing.length > 0) {
    console.error(`dist/ is not what its sources build to; run npm run build. Differing: ${differing.join(", ")}`);
    process.exitCode = 1;
  } else {
    console.log("dist/ is what its sources build to, byte for byte.");
  }
}

async function build(): Promise<readonly OutputChunk[]> {
  const main = closureOf("src/main.ts", "src/commands/validate.ts");
  const bundle = await rolldown({
    cwd: root,
    input: { index: "src/start.ts" },
    platform: "node",
    // These libraries do nothing on being loaded: what nobody asks of them, an HTTP client above all, is left out.
    treeshake: { moduleSideEffects: (id) => !id.includes("/node_modules/@actions/") },
    transform: {
      // Being asked for, these two make Node load an HTTP client and a cryptography of its own. Nothing here sends forms,
      // and a random id is to be had without.
      define: { FormData: "undefined" },
      inject: { "globalThis.crypto.randomUUID": ["node:crypto", "randomUUID"] },
    },
    plugins: [main.plugin, builtins()],
    checks: { ineffectiveDynamicImport: false },
  });
  const { output } = await bundle.write({
    dir: target,
    cleanDir: true,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: ({ facadeModuleId, moduleIds }) =>
      `${packageOf(facadeModuleId ?? moduleIds.at(-1) ?? "")?.replace(/^.*\//, "") ?? "[name]"}.js`,
    minify: true,
    // Errors are told apart by name, and stack traces are for people.
    keepNames: true,
    // One file of what every call loads is found and read sooner than many.
    codeSplitting: { groups: [{ name: "main", test: main.has }] },
  });
  await bundle.close();
  return output.filter((file) => file.type === "chunk");
}

/**
 * Node's own modules without `import`: that reads each of their members, and some members load whole libraries on being
 * read. `http.WebSocket` alone costs more than all that this action asks of `http`.
 */
function builtins(): Plugin {
  return {
    name: "builtins",
    resolveId(source, importer, { kind }) {
      // The bundler's own helpers stand on node:module.
      if (!isBuiltin(source) || source === "node:module" || kind !== "import-statement") return null;
      // One for each importer, so that it goes where the importer goes.
      const id = `\0node:${source.replace(/^node:/, "")}?${relative(root, importer ?? "")}`;
      return { id, moduleSideEffects: false };
    },
    load(id) {
      if (!id.startsWith("\0node:")) return null;
      const name = id.slice(1, id.indexOf("?"));
      const members = Object.keys(createRequire(import.meta.url)(name) as object).filter((key) => key !== "default");
      return [
        `const builtin = /* @__PURE__ */ process.getBuiltinModule(${JSON.stringify(name)});`,
        "export default builtin;",
        ...members.map((key) => `export const ${key} = /* @__PURE__ */ (() => builtin.${key})();`),
      ].join("\n");
    },
  };
}

/** The modules that some modules import without `import()`, however far down; known once they have all been read. */
function closureOf(...paths: readonly string[]): { readonly plugin: Plugin; readonly has: (id: string) => boolean } {
  const ids = new Set<string>();
  const plugin: Plugin = {
    name: "closure",
    buildEnd() {
      const add = (id: string) => {
        if (ids.has(id)) return;
        // Imported by the library of the log and not used by it, but by the one that writes comments, which is loaded late.
        if (/\/node_modules\/(undici|tunnel|@actions\/http-client)\//.test(id)) return;
        ids.add(id);
        for (const imported of this.getModuleInfo(id)?.importedIds ?? []) add(imported);
      };
      for (const path of paths) add(join(root, path));
    },
  };
  return { plugin, has: (id) => ids.has(id) };
}

/** The folder in `node_modules` that a module is from. */
function packageOf(id: string): string | undefined {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id)?.[0];
}

/** Name, version and licence text of every package of which something is in the bundle. */
function licenses(chunks: readonly OutputChunk[]): string {
  const folders = new Set(
    chunks.flatMap(({ moduleIds }) => moduleIds.map(packageOf)).filter((one) => one !== undefined),
  );
  const entries = [...folders].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<
      "name" | "version" | "license",
      string
    >;
    const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
    const text =
      file === undefined ? "" : `\n${readFileSync(join(folder, file), "utf8").replaceAll("\r\n", "\n").trim()}\n`;
    return `${name} ${version}\n${license}\n${text}`;
  });
  return [...new Set(entries)].sort().join(`\n${"-".repeat(80)}\n`);
}

function contentsOf({ fileName, code, modules }: OutputChunk): string {
  const sizes = new Map<string, number>();
  for (const [id, { renderedLength }] of Object.entries(modules)) {
    const name = packageOf(id)?.replace(/^.*\/node_modules\//, "") ?? "src";
    sizes.set(name, (sizes.get(name) ?? 0) + renderedLength);
  }
  const parts = [...sizes].sort(([, a], [, b]) => b - a).map(([name, size]) => `${name} ${size}`);
  return `${fileName} ${code.length}: ${parts.join(", ")}`;
}

function compare(committed: string, built: string): readonly string[] {
  const names = new Set([...filesOf(committed), ...filesOf(built)]);
  return [...names].filter((name) => {
    try {
      return !readFileSync(join(committed, name)).equals(readFileSync(join(built, name)));
    } catch {
      return true;
    }
  });
}

function filesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
