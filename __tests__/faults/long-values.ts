/** Signs that patterns begin anew at, or count: a pattern without care needs the square of their number. */
const signs = [
  ...["/", " ", "\t", "\n", "a", "a.", "-", "_", ":", "@", "0", "*", "(", "[", "{", "}", "'", "$", "%", "=", ";", "\\"],
  ...["../", "a-", "1:", "{inputs.", "${{inputs.", "${{ ", "$[[", "azureml:", "</", "&amp;"],
];

/** So many that the square of it takes seconds. */
const length = 60_000;

const places: readonly (readonly [reader: string, of: (value: string, raw: string) => string])[] = [
  [
    "declarations",
    (value) =>
      `targets:\n- {name: ${value}, type: amlcompute, size: ${value}, description: ${value}, tags: {a: ${value}}, subnet: ${value}}\n- {name: vm, type: virtualmachine, resource_id: ${value}, ssh_settings: {admin_username: ${value}, admin_password: ${value}}}\n- ${value}\n`,
  ],
  [
    "declarations",
    (value) =>
      `$schema: ${value}\ntype: command\ncommand: ${value}\ncode: ${value}\ncompute: ${value}\ndisplay_name: ${value}\nexperiment_name: ${value}\nenvironment: ${value}\ninputs: {a: ${value}, b: {path: ${value}, type: uri_file}}\noutputs: {o: {path: ${value}}}\nenvironment_variables: {A: ${value}}\n`,
  ],
  [
    "declarations",
    (value) =>
      `workspace: {name: ${value}, resource_group: ${value}}\ngates: [{metric: ${value}, at_least: ${value}}]\n`,
  ],
  ["declarations", (_, raw) => raw],
  ["ignore files", (_, raw) => raw],
  ["globs", (_, raw) => raw.slice(0, 4_000)],
  ["the input set", (_, raw) => `targets.${raw}=${raw}`],
  ["plan files", (value) => `{"schemaVersion": 1, "madeAt": ${value}}`],
  ["creds", (value) => `{"clientId": ${value}, "clientSecret": ${value}, "tenantId": ${value}}`],
];

/** Every place with a long value of every sign, for the reader of that name. */
export const longValues = signs.flatMap((sign) => {
  const raw = `${sign.repeat(length / sign.length)}x`;
  return places.map(([reader, of]) => ({
    reader,
    what: `a long value of ${JSON.stringify(sign)}`,
    text: of(JSON.stringify(raw), raw),
  }));
});
