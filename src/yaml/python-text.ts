/**
 * A literal input as the official client writes it: Python's `str`. Booleans are `True` and `False`, and a float keeps
 * its point (`10.0`) and its exponent's form (`1e-05`).
 *
 * @param source the scalar as the file has it: only that tells `10.0` from `10`.
 */
export function pythonText(value: string | number | boolean, source: string | undefined): string {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "True" : "False";
  const isFloat = !Number.isInteger(value) || (source !== undefined && source.includes("."));
  if (isFloat) return pythonFloat(value);
  // Python's integers know no limit.
  const isExact = Number.isSafeInteger(value) || !/^[-+]?[1-9]\d*$/.test(source ?? "");
  return isExact ? String(Object.is(value, -0) ? 0 : value) : BigInt(source ?? "").toString();
}

/** Python's shortest repr: exponents below -4 and from 16 on, with at least two digits. */
function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const [mantissa = "", exponentText = "0"] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    const digits = String(Math.abs(exponent)).padStart(2, "0");
    return `${mantissa}e${exponent < 0 ? "-" : "+"}${digits}`;
  }
  const plain =
    Math.abs(value) < 1e-6 ? value.toFixed(-exponent + mantissa.replace(/^-?\d\.?/, "").length) : String(value);
  return plain.includes(".") ? plain : `${plain}.0`;
}

/** Text in quotes, as Python shows it. */
function pythonQuoted(text: string): string {
  const escaped = text.replaceAll("\\", "\\\\");
  return text.includes("'") && !text.includes('"') ? `"${escaped}"` : `'${escaped.replaceAll("'", "\\'")}'`;
}

/** A list of texts as Python shows it: `['a', 'b']`. */
export function pythonList(texts: readonly string[]): string {
  return `[${texts.map(pythonQuoted).join(", ")}]`;
}

/** A mapping of texts as Python shows it: `{'type': 'mltable'}`. */
export function pythonMapping(members: Readonly<Record<string, string>>): string {
  return `{${Object.entries(members)
    .map(([key, value]) => `${pythonQuoted(key)}: ${pythonQuoted(value)}`)
    .join(", ")}}`;
}
