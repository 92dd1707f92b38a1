import { distinct, type AnswerCase, type Answered } from "./answers.ts";
import { altered, pathsOf, valueAt } from "./members.ts";

const otherStatuses = [201, 202, 204, 302, 304, 400, 409, 418];

/** Every member of every answer deleted, null, and of other types; every answer with other statuses. */
export function mutantCases(answered: readonly Answered[]): readonly AnswerCase[] {
  const cases = answered.flatMap(({ flow, command, conclusion, answers }) =>
    answers.flatMap(({ place, reply }): readonly AnswerCase[] => {
      const base = { flow, command, conclusion, place };
      const members = pathsOf(reply.body).flatMap((path) =>
        mutationsOf(valueAt(reply.body, path)).map(([what, value]): AnswerCase => {
          return {
            ...base,
            what: `${path.join(".") || "the body"} ${what}`,
            change: (answer) => ({ ...answer, body: altered(answer.body, path, value) }),
            // What was null may have a value of any type.
            isWrong: value !== undefined && value !== null && valueAt(reply.body, path) !== null,
          };
        }),
      );
      const statuses = otherStatuses
        .filter((status) => status !== reply.status)
        .map((status): AnswerCase => {
          return {
            ...base,
            what: `status ${status}`,
            change: (answer) => ({ ...answer, status }),
            isWrong: true,
          };
        });
      return [...members, ...statuses];
    }),
  );
  return distinct(cases, answered);
}

function mutationsOf(value: unknown): readonly (readonly [string, unknown])[] {
  const others: readonly (readonly [string, unknown])[] = [
    ["deleted", undefined],
    ["null", null],
    ["a number", 7],
    ["a text", "x"],
    ["an object", { x: 1 }],
    ["a list", [1]],
  ];
  const kind = Array.isArray(value)
    ? "a list"
    : { object: "an object", string: "a text", number: "a number" }[typeof value as string];
  return others.filter(([what, other]) => what !== kind && other !== value);
}
