import { Lexer, Parser, type CST, type LineCounter } from "yaml";

/** A larger file is not a declaration. Our choice: the largest az ml file in public examples has 60 kB. */
export const largestBytes = 1024 * 1024;

/** Our choices: real files nest less than 15 deep and have a handful of anchors. */
const deepest = 100;
const mostAnchors = 200;
const mostAliases = 1_000;
const mostFaults = 100;
/** Words, signs and blanks: about 14,000 short keys, or a megabyte of text in fewer values. */
const mostLexemes = 100_000;

/** Thrown while a text is read, so that nothing is made of one that goes beyond a limit. */
export class LimitExceeded extends Error {
  readonly offset: number;
  readonly fix: string;
  constructor(offset: number, message: string, fix: string) {
    super(message);
    this.name = "LimitExceeded";
    this.offset = offset;
    this.fix = fix;
  }
}

/** What of the lexer is changed; the library keeps it to itself. */
type LexerInside = { indentNext: number; parseQuotedScalar: () => Generator<string, unknown> };

/** PyYAML, and so az ml, lets the further lines of a text in quotes begin in any column, where YAML wants them indented. */
function pyYamlLexer(): Lexer {
  const lexer = new Lexer();
  const inside = lexer as unknown as LexerInside;
  const parse = inside.parseQuotedScalar.bind(lexer);
  inside.parseQuotedScalar = function* () {
    const { indentNext } = inside;
    inside.indentNext = 0;
    const next = yield* parse();
    inside.indentNext = indentNext;
    return next;
  };
  return lexer;
}

/**
 * The tokens of a text, as the parser makes them. Depth, anchors and aliases are counted while it goes along: what composes
 * the tokens calls itself for every level, and looks for anchors in all that it has read.
 *
 * @throws {LimitExceeded} at the place that goes beyond a limit.
 */
export function* tokensWithin(text: string, lines: LineCounter): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  let [anchors, aliases, lexemes, faults] = [0, 0, 0, 0];
  for (const lexeme of pyYamlLexer().lex(text)) {
    // The first fault of a document is all that is shown, and each that the composer is told of costs a stack trace.
    for (const token of parser.next(lexeme)) if (token.type !== "error" || ++faults <= mostFaults) yield token;
    if (parser.stack.length > deepest)
      throw new LimitExceeded(parser.offset, `The text is nested more than ${deepest} deep.`, "Nest it less.");
    if (++lexemes > mostLexemes)
      throw new LimitExceeded(
        parser.offset,
        "The text has more values than a declaration may have.",
        "Split the file.",
      );
    if (lexeme.startsWith("&") && ++anchors > mostAnchors)
      throw new LimitExceeded(parser.offset, `The text has more than ${mostAnchors} anchors.`, "Write values out.");
    if (lexeme.startsWith("*") && ++aliases > mostAliases)
      throw new LimitExceeded(parser.offset, `The text has more than ${mostAliases} aliases.`, "Write values out.");
  }
  yield* parser.end();
}
