/** Where the actions of the first SDK look for a file by default, from the root of the repository. */
export function firstSdkPlace(name: string): string {
  return `.cloud/.azure/${name}`;
}

/** Whether it may be a file of theirs, which are JSON; a value without a file may be anything. */
export function isJsonFile(file: string | undefined): boolean {
  return file === undefined || /\.jsonc?$/i.test(file);
}

/** @param file a path, with `/`. */
export function isAtFirstSdkPlace(file: string | undefined, name: string): boolean {
  return `/${file ?? ""}`.endsWith(`/${firstSdkPlace(name)}`);
}
