import type { DoctorReport } from "../result.ts";

/** The command that gives the identity a role, one for each scope; its object id is filled in where it is known. */
export function assignCommands(
  { role, scopes }: DoctorReport["roles"][number],
  principal: DoctorReport["principal"],
): readonly string[] {
  return scopes.map((scope) =>
    [
      "az role assignment create",
      `--assignee-object-id ${quoted(principal?.objectId ?? "OBJECT_ID")}`,
      `--role ${quoted(role.Name)}`,
      `--scope ${quoted(scope)}`,
    ].join(" "),
  );
}

/** One word of a shell; a quote in it could end it, and no id has one. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "")}'`;
}
