/** What starts before the first test, for tests that name it while they are collected. @param what begins the sentence for who asks too early. */
export function onceStarted<Started extends object>(what: string, started: () => Started | undefined): Started {
  return new Proxy({} as Started, {
    get: (_, member) => {
      const found = started();
      if (found === undefined) throw new Error(`${what} before the first test, not while tests are collected.`);
      return Reflect.get(found, member) as unknown;
    },
  });
}
