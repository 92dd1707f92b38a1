/** What pip is told to read from a file or folder: the path; `undefined` for a package, or for something at an address. */
export function fileOfPipEntry(entry: string): string | undefined {
  const text = entry.trim();
  const option = /^(?:--(?:requirement|constraint|editable|find-links)(?:\s+|\s*=\s*)|-[rcef]\s*)(.+)$/
    .exec(text)?.[1]
    ?.trim();
  const direct = /^[A-Za-z0-9._-]+(?:\[[^\]]*\])?\s*@\s*(.+)$/.exec(text)?.[1];
  const target = (option ?? direct ?? text).replace(/^(["'])(.*)\1$/, "$2");
  if (/^file:/i.test(target)) return target.replace(/^file:(\/\/)?/i, "");
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return undefined;
  if (option !== undefined) return target;
  const isPath = /^(?:\.{1,2}(?:[/\\[]|$)|\/|~\/)/.test(target) || /\.(?:whl|zip|tar\.gz|tgz)$/i.test(target);
  return isPath && !target.startsWith("-") ? target : undefined;
}

/** An entry that the image build cannot follow, and its way inside the specification. */
export type FileEntry = { readonly entry: string; readonly path: readonly (string | number)[]; readonly file: string };

/** The entries of a conda specification that need files beside it: only the specification itself is sent. */
export function fileEntries({ dependencies }: Readonly<Record<string, unknown>>): readonly FileEntry[] {
  if (!Array.isArray(dependencies)) return [];
  return dependencies.flatMap((dependency: unknown, index) => {
    const pip =
      typeof dependency === "object" && dependency !== null
        ? (dependency as { readonly pip?: unknown }).pip
        : undefined;
    return Array.isArray(pip) ? fileEntriesOfPip(pip, ["dependencies", index, "pip"]) : [];
  });
}

export function fileEntriesOfPip(pip: readonly unknown[], path: readonly (string | number)[]): readonly FileEntry[] {
  return pip.flatMap((entry, index): readonly FileEntry[] => {
    const file = typeof entry === "string" ? fileOfPipEntry(entry) : undefined;
    return typeof entry !== "string" || file === undefined ? [] : [{ entry, path: [...path, index], file }];
  });
}

export function messageOf({ entry, file }: FileEntry): { readonly message: string; readonly fix: string } {
  return {
    message: `${JSON.stringify(entry)} needs ${JSON.stringify(file)}, but the image build sees no file of the checkout: only the packages listed here are sent.`,
    fix: /^\s*(?:-[rc]|--(?:requirement|constraint))/.test(entry)
      ? `Write the lines of ${file} here instead.`
      : "Name a published package or an address, put the package into the job's code, or use a build context (build: path).",
  };
}
