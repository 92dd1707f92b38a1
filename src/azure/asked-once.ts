import type { Assets } from "./assets.ts";
import type { Outcome } from "./outcome.ts";

/**
 * Each question about the versions of an asset is asked once, so that what was looked at is what is used. What has been written
 * through it is asked for anew, and so is what was not there.
 *
 * Only for work during which nobody else is to register anything: a run that is waited for does.
 */
export function askedOnce(assets: Assets): Assets {
  const versions = memory<Awaited<ReturnType<Assets["versions"]>>>();
  const lists = memory<Awaited<ReturnType<Assets["list"]>>>();
  const members = memory<Awaited<ReturnType<Assets["get"]>>>();
  const forget = (key: string) => {
    for (const { forget } of [versions, lists, members]) forget(key);
  };
  return {
    ...assets,
    get: (collection, name, version) =>
      members.recall(`${collection}/${name}`, version, () => assets.get(collection, name, version)),
    list: (collection, name) => lists.recall(`${collection}/${name}`, "", () => assets.list(collection, name)),
    versions: (collection, name) =>
      versions.recall(`${collection}/${name}`, "", () => assets.versions(collection, name)),
    put: async (collection, name, version, body) => {
      forget(`${collection}/${name}`);
      try {
        return await assets.put(collection, name, version, body);
      } finally {
        // Whatever was read meanwhile may have been read before the write.
        forget(`${collection}/${name}`);
      }
    },
  };
}

/** What was answered, by the asset and by the question about it. */
function memory<Answer extends Outcome<unknown>>() {
  const known = new Map<string, Map<string, Promise<Answer>>>();
  return {
    recall: (asset: string, question: string, ask: () => Promise<Answer>): Promise<Answer> => {
      const answers = known.get(asset) ?? new Map<string, Promise<Answer>>();
      known.set(asset, answers);
      const earlier = answers.get(question);
      if (earlier !== undefined) return earlier;
      const answer = ask();
      answers.set(question, answer);
      const drop = () => {
        if (answers.get(question) === answer) answers.delete(question);
      };
      answer.then((outcome) => {
        if (!outcome.ok || outcome.value === undefined) drop();
      }, drop);
      return answer;
    },
    forget: (asset: string) => void known.delete(asset),
  };
}
