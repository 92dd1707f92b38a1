export async function init(..._: readonly unknown[]): Promise<boolean> {
  return false;
}
