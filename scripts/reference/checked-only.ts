import { checkedOnly } from "../../src/declaration/checked-only/kinds.ts";
import { table } from "./markdown.ts";

/** What is only checked, from the list that tells it. */
export function checkedOnlyTable(): string {
  const rows = checkedOnly.map(({ what, act, schemas }) => {
    // Case is no difference to a reader.
    const names = schemas.filter(
      (schema, index) => schemas.findIndex((one) => one.toLowerCase() === schema.toLowerCase()) === index,
    );
    return [what.replace(/^(an|the) /, ""), names.map((name) => `\`${name}\``).join(", "), `no command ${act}`];
  });
  return table(["File", "Name of its schema", ""], rows);
}
