import { readdirSync, readFileSync, realpathSync, statSync, type Dirent } from "node:fs";
import { basename, join } from "node:path";
import { keepMemoryLean } from "../../azure/lean-memory.ts";
import { wayTo } from "../../yaml/files.ts";
import { isOutside } from "../../yaml/is-outside.ts";
import { decide, parseIgnoreFile, tooLongLine, type IgnoreRules } from "./ignore-rules.ts";

/** One file of what is uploaded. */
export type SnapshotFile = {
  /** Relative to the folder, with `/`. */
  readonly name: string;
  /** Absolute path to read. */
  readonly path: string;
  readonly bytes: number;
};

/** What is taken of a path. */
export type Listed = {
  /** Name of the folder, or of the single file. */
  readonly name: string;
  readonly isFile: boolean;
  /** In the order of the walk: folder by folder, by name. */
  readonly files: readonly SnapshotFile[];
  /** The ignore file that counts, where there is one. */
  readonly ignoreFile?: string;
  /** Links whose folder was taken by another link on the same way already. */
  readonly repeated: readonly string[];
  /** These, and links to a folder that they are in. */
  readonly notEntered: ReadonlySet<string>;
  /** How many of the files the repository's `.gitignore` files leave out of Git, and the first of them. */
  readonly ignoredByGit: { readonly count: number; readonly first: readonly string[] };
};

/** Something that cannot be taken as it is. */
export class SnapshotRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = "SnapshotRefused";
  }
}

/** A folder of which there is nothing to take, with the ignore file that may be the reason. */
export class NothingToTake extends SnapshotRefused {
  readonly ignoreFile: string | undefined;
  constructor({ name, ignoreFile }: Pick<Listed, "name" | "ignoreFile">) {
    super(`The folder ${name} is empty, or all of its files are ignored.`);
    this.name = "NothingToTake";
    this.ignoreFile = ignoreFile;
  }
}

/**
 * The files of a folder (or a single file), minus what `.amlignore` names, or `.gitignore` where there is none. Only
 * the ignore file in the folder itself counts, as with the official client. Links are followed to what they lead to, and
 * refused where that is outside `root`.
 *
 * @throws SnapshotRefused
 */
export function listFiles(path: string, root: string): Listed {
  keepMemoryLean();
  const name = basename(path);
  const real = realPath(path);
  if (real === undefined) throw new SnapshotRefused(`${name} is a broken link.`);
  const realRoot = realPath(root) ?? root;
  if (isOutside(realRoot, real)) throw new SnapshotRefused(`${name} is outside the checkout, or leads out of it.`);
  const info = statSync(path);
  const none = { count: 0, first: [] };
  if (info.isFile())
    return {
      name,
      isFile: true,
      files: [{ name, path, bytes: info.size }],
      repeated: [],
      notEntered: new Set(),
      ignoredByGit: none,
    };
  const own = ignoreFileOf(path);
  const walk: Walk = {
    realRoot,
    rules: own === undefined ? [] : own.rules,
    files: [],
    repeated: [],
    notEntered: new Set(),
    ignoredByGit: { count: 0, first: [] },
  };
  const above = gitRulesAbove(real, realRoot);
  visit({ path, name: "", ...above, way: [real], linked: undefined }, walk);
  const { files, repeated, notEntered, ignoredByGit } = walk;
  return {
    name,
    isFile: false,
    files,
    repeated,
    notEntered,
    ignoredByGit,
    ...(own === undefined ? {} : { ignoreFile: own.name }),
  };
}

/** Rules of an ignore file with the way from its folder to the one that is walked, empty or with `/` at its end. */
type Nested = { readonly rules: IgnoreRules; readonly below: string };

type Folder = {
  readonly path: string;
  readonly name: string;
  /** The real folders that lead here: a link to one of them would never end. */
  readonly way: readonly string[];
  /** The real folders that were taken since a link was followed; absent where none was. */
  readonly linked: Set<string> | undefined;
  /** `.gitignore` files that count for Git, those above first. */
  readonly git: readonly Nested[];
  readonly isIgnoredByGit: boolean;
};

type Walk = {
  readonly realRoot: string;
  readonly rules: IgnoreRules;
  readonly files: SnapshotFile[];
  readonly repeated: string[];
  readonly notEntered: Set<string>;
  readonly ignoredByGit: { count: number; readonly first: string[] };
};

const mostNamed = 3;

/** Left out whatever the ignore file says: `.git` alone may be larger than everything else. */
export function isNeverTaken(name: string, isFolder: boolean): boolean {
  return name === ".amlignore.lock" || (isFolder && name === ".git");
}

function visit(folder: Folder, walk: Walk): void {
  const entries = entriesOf(folder);
  const named = entries.map((entry) => ({ entry, text: entry.name.toString("utf8") }));
  const git = withRulesOf(
    folder,
    named.some(({ text }) => text === ".gitignore"),
  );
  for (const { entry, text } of named.sort((a, b) => (a.text < b.text ? -1 : 1))) {
    const name = folder.name === "" ? text : `${folder.name}/${text}`;
    const path = join(folder.path, text);
    const info = whatIs(entry, path);
    const isFolder = info?.isDirectory() === true;
    if (isNeverTaken(text, isFolder) || isLeftOut(walk.rules, name, isFolder)) continue;
    checkName(entry.name, name);
    const real = entry.isSymbolicLink() ? realOfLink(path, name, walk) : join(folder.way.at(-1) ?? "", text);
    const ignored = folder.isIgnoredByGit || isIgnored(git, text, isFolder);
    if (isFolder) {
      if (folder.way.includes(real)) {
        walk.notEntered.add(name);
        continue;
      }
      const linked = folder.linked ?? (entry.isSymbolicLink() ? new Set<string>() : undefined);
      if (linked?.has(real) === true) {
        walk.repeated.push(name);
        walk.notEntered.add(name);
        continue;
      }
      linked?.add(real);
      const way = [...folder.way, real];
      visit({ path, name, way, linked, git: deeper(git, text), isIgnoredByGit: ignored }, walk);
    } else if (info?.isFile() === true) {
      walk.files.push({ name, path, bytes: statSync(path).size });
      if (ignored) {
        walk.ignoredByGit.count += 1;
        if (walk.ignoredByGit.first.length < mostNamed) walk.ignoredByGit.first.push(name);
      }
    }
  }
}

function entriesOf({ path, name }: Folder): readonly Dirent<Buffer>[] {
  try {
    return readdirSync(path, { withFileTypes: true, encoding: "buffer" });
  } catch (error) {
    throw new SnapshotRefused(
      `The folder ${name === "" ? basename(path) : name} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
}

/** An entry of a folder, or what a link leads to; `undefined` for one that leads nowhere. */
export function whatIs(
  entry: Pick<Dirent, "isFile" | "isDirectory">,
  path: string,
): Pick<Dirent, "isFile" | "isDirectory"> | undefined {
  if (entry.isFile() || entry.isDirectory()) return entry;
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // A link to itself.
    return undefined;
  }
}

/** True for what the ignore file leaves out. What a folder has inside is not asked for where the folder is left out. */
export function isLeftOut(rules: IgnoreRules, name: string, isFolder: boolean): boolean {
  return decide(rules, name, isFolder) === "out";
}

/** The service and its containers know names as text. */
function checkName(bytes: Buffer, name: string): void {
  const text = bytes.toString("utf8");
  if (!/[\0-\x1f\x7f]/.test(text) && Buffer.from(text, "utf8").equals(bytes)) return;
  const folder = name.slice(0, name.length - text.length);
  throw new SnapshotRefused(
    `The name of the file ${escaped(Buffer.from(folder))}${escaped(bytes)} contains bytes that the service does not accept in a name. ` +
      "Rename it, or list it in .amlignore by a pattern.",
  );
}

function escaped(bytes: Buffer): string {
  return [...bytes]
    .map((byte) =>
      byte < 0x20 || byte > 0x7e || byte === 0x5c
        ? `\\x${byte.toString(16).padStart(2, "0")}`
        : String.fromCharCode(byte),
    )
    .join("");
}

function realOfLink(path: string, name: string, { realRoot }: Walk): string {
  const real = realPath(path);
  if (real === undefined) throw new SnapshotRefused(`${name} is a broken link. Remove it, or list it in .amlignore.`);
  if (isOutside(realRoot, real) || wayTo(real, realRoot).split("/").includes(".git")) {
    throw new SnapshotRefused(
      `${name} links to something outside the checkout. Copy that into the folder, or list the link in .amlignore.`,
    );
  }
  return real;
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** The ignore file of a folder that the official client reads. */
export function ignoreFileOf(folder: string): { readonly name: string; readonly rules: IgnoreRules } | undefined {
  for (const name of [".amlignore", ".gitignore"]) {
    const rules = rulesIn(folder, name);
    if (rules !== undefined) return { name, rules };
  }
  return undefined;
}

function rulesIn(folder: string, name: string): IgnoreRules | undefined {
  let text: string;
  try {
    text = readFileSync(join(folder, name), "utf8");
  } catch {
    return undefined;
  }
  const line = tooLongLine(text);
  if (line !== undefined)
    throw new SnapshotRefused(`Line ${line} of ${name} is too long for a pattern. Shorten or remove it.`);
  return parseIgnoreFile(text);
}

/** What Git knows of a folder before it looks inside: the rules of the folders above, and whether they leave it out. */
function gitRulesAbove(real: string, realRoot: string): Pick<Folder, "git" | "isIgnoredByGit"> {
  const way = wayTo(real, realRoot).split("/").filter(Boolean);
  let git: readonly Nested[] = [];
  let isIgnoredByGit = false;
  let at = realRoot;
  for (const part of way) {
    git = withRulesOf({ path: at, git }, true);
    isIgnoredByGit ||= isIgnored(git, part, true);
    git = deeper(git, part);
    at = join(at, part);
  }
  return { git, isIgnoredByGit };
}

function withRulesOf({ path, git }: Pick<Folder, "path" | "git">, isThere: boolean): readonly Nested[] {
  const rules = isThere ? rulesIn(path, ".gitignore") : undefined;
  return rules === undefined ? git : [...git, { rules, below: "" }];
}

function deeper(git: readonly Nested[], name: string): readonly Nested[] {
  return git.map(({ rules, below }) => ({ rules, below: `${below}${name}/` }));
}

/** The nearest file that says something decides. */
function isIgnored(git: readonly Nested[], name: string, isFolder: boolean): boolean {
  for (const { rules, below } of git.toReversed()) {
    const said = decide(rules, `${below}${name}`, isFolder);
    if (said !== undefined) return said === "out";
  }
  return false;
}
