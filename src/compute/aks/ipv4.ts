/** A range of addresses of version 4, by its first and its last one as numbers. */
export type Range = { readonly first: number; readonly last: number };

/** @returns `undefined` for what is not an IPv4 address. */
export function readAddress(text: string): number | undefined {
  const octets = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (octets === undefined || octets.some((octet) => octet > 255)) return undefined;
  return octets.reduce((address, octet) => address * 256 + octet, 0);
}

/** `10.0.0.0/16`; the address may be any of the range. @returns `undefined` for what is not a range in CIDR notation. */
export function readCidr(text: string): Range | undefined {
  const [, address = "", prefix = ""] = /^([\d.]+)\/(\d{1,2})$/.exec(text) ?? [];
  const inside = readAddress(address);
  if (inside === undefined || Number(prefix) > 32) return undefined;
  const size = 2 ** (32 - Number(prefix));
  const first = inside - (inside % size);
  return { first, last: first + size - 1 };
}

export function contains({ first, last }: Range, address: number): boolean {
  return first <= address && address <= last;
}

export function overlap(a: Range, b: Range): boolean {
  return a.first <= b.last && b.first <= a.last;
}
