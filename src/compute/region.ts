/** A region as ids and addresses have it: `West US 2` and `westus2` are the same. */
export function region(location: string): string {
  return location.replaceAll(" ", "").toLowerCase();
}
