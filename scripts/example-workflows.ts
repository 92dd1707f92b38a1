import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { blocksOf, root } from "../__tests__/support/documentation.ts";

const folder = ".github/workflows/azureml-";

/** The workflows of the guides as files to copy: each is in `examples/workflows/` what it is in its guide. */
export function exampleWorkflows(): Readonly<Record<string, string>> {
  const guides = readdirSync(join(root, "docs", "guides")).map((name) => `docs/guides/${name}`);
  return Object.fromEntries(
    guides.flatMap((guide) =>
      blocksOf(guide).flatMap(({ path = "", text }) =>
        path.startsWith(folder)
          ? [[`examples/workflows/${path.slice(folder.length)}`, `${headerOf(guide)}${withoutName(text)}`]]
          : [],
      ),
    ),
  );
}

const headerOf = (guide: string) =>
  `# To be copied into .github/workflows/. What it needs, and what one sees: docs/guides/${basename(guide)}\n`;

const withoutName = (text: string) => text.slice(text.indexOf("\n") + 1);
