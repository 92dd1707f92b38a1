type Defined<Members> = { [Key in keyof Members]?: Exclude<Members[Key], undefined> };

/** The members that have a value: an absent member and one that is `undefined` are not the same to our types. */
export function defined<Members extends Readonly<Record<string, unknown>>>(members: Members): Defined<Members> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<Members>;
}
