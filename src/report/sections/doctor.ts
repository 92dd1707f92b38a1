import { badge, code, heading, sentence, type Block, type Section, type Tone } from "../document.ts";
import type { DoctorCheck, DoctorReport, DoctorSection, Result } from "../result.ts";
import { saidAtTop, type IsSaid } from "../told-failures.ts";
import { assignCommands } from "./role-commands.ts";

/** What `doctor` found, what is to be pasted somewhere, and which permissions are needed. */
export function doctorSections(result: Pick<Result, "doctor"> & Partial<Result>): readonly Section[] {
  const { doctor } = result;
  if (doctor === undefined) return [];
  const isSaid = saidAtTop(result);
  const { sections, federatedCredential, roles, principal, permissions } = doctor;
  return [
    ...sections.map((part) => ({ rank: 2, blocks: checks(part, isSaid) })),
    ...(federatedCredential === undefined ? [] : [{ rank: 3, blocks: credential(federatedCredential) }]),
    ...roles.map((role) => ({ rank: 3, blocks: roleBlocks(role, principal) })),
    ...(permissions.length === 0 ? [] : [{ rank: 5, blocks: needed(permissions) }]),
  ];
}

const states = { ok: "ok", warning: "warning", error: "error", "not-checked": "not checked" } as const;
const stateTones = { ok: "good", warning: "waiting", error: "bad", "not-checked": "neutral" } as const satisfies Record<
  string,
  Tone
>;

/** Of what failed the code alone: what was found, and what to do, stands at the top of the report. */
function checks({ title, checks: all }: DoctorSection, isSaid: IsSaid): readonly Block[] {
  const found = all.map((check): DoctorCheck & { readonly isAbove: boolean } => ({
    ...check,
    isAbove: check.state === "error" && isSaid(check.message),
  }));
  const hasAdvice = found.some(({ advice, isAbove }) => advice !== undefined && !isAbove);
  const rows = found.map(({ state, message, advice = "", code: name, isAbove }) => [
    badge(states[state], stateTones[state]),
    isAbove ? [code(name), ", as said above"] : sentence(message),
    ...(hasAdvice ? [isAbove ? "" : sentence(advice)] : []),
  ]);
  const more = hasAdvice ? [{ title: "What to do", long: true as const }] : [];
  return [heading(2, title), { kind: "table", columns: [{ title: "Result" }, { title: "Found" }, ...more], rows }];
}

function json(value: unknown): Block {
  return { kind: "code", text: JSON.stringify(value, undefined, 2), language: "json" };
}

function credential(value: unknown): readonly Block[] {
  const command = code("az ad app federated-credential create --id APP_ID --parameters @credential.json");
  return [
    heading(2, "Federated credential"),
    { kind: "text", content: ["Federated credential of this job, for ", command, "."] },
    json(value),
  ];
}

function roleBlocks(role: DoctorReport["roles"][number], principal: DoctorReport["principal"]): readonly Block[] {
  return [
    heading(2, `Least-privilege role: ${role.role.Name}`),
    {
      kind: "text",
      content: [
        "Custom role, for ",
        code("az role definition create --role-definition @role.json"),
        ", and the commands that assign it.",
      ],
    },
    json(role.role),
    { kind: "code", text: assignCommands(role, principal).join("\n"), language: "sh" },
  ];
}

const grants = { granted: "granted", missing: "missing", "not-checked": "not checked" } as const;
const grantTones = { granted: "good", missing: "bad", "not-checked": "neutral" } as const satisfies Record<
  string,
  Tone
>;

function needed(permissions: DoctorReport["permissions"]): readonly Block[] {
  const rows = permissions.map(({ state, action, scope, level, purpose }) => [
    badge(grants[state], grantTones[state]),
    code(action),
    code(scope),
    level,
    purpose,
  ]);
  const columns = [
    { title: "Result" },
    { title: "Action" },
    { title: "Scope" },
    { title: "Level" },
    { title: "Needed to" },
  ];
  return [heading(2, "Needed permissions"), { kind: "table", columns, rows }];
}
