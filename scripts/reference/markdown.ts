/** Text inside a cell of a table: it cannot leave the cell, and its signs are no Markdown. */
export function sentence(text: string): string {
  return cell(text).replaceAll(/[*_<$]/g, (sign) => `\\${sign}`);
}

/** Text inside a cell that is Markdown already. */
export function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

/** Prettier would align the tables, and every change of one description would then change every line. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const lines = [line(titles), line(titles.map(() => "---")), ...rows.map(line)];
  return `<!-- prettier-ignore-start -->\n${lines.join("\n")}\n<!-- prettier-ignore-end -->`;
}
