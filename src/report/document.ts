/**
 * A report before it has a form. Sections make it out of a result, and say everything once; renderers turn it into Markdown,
 * HTML or lines of a log, and know nothing but what is in this file. Text in it is plain: renderers escape.
 */
export type Document = readonly Section[];

/** A part of the report that is whole by itself. */
export type Section = {
  /** Where a report has to fit a limit, the highest ranks are left out first; 0 never is. */
  readonly rank: number;
  /**
   * Not for the comment of a pull request: what changes from run to run though nothing has happened, the list of files, and
   * the end of the run's log. The runner hides secrets in logs and summaries, not in comments.
   */
  readonly reportOnly?: true;
  readonly blocks: readonly Block[];
};

export type Block =
  /** 1 is the report's own heading, 2 that of a part. */
  | { readonly kind: "heading"; readonly level: 1 | 2 | 3; readonly content: Text }
  /** A paragraph. Muted: beside the matter. */
  | { readonly kind: "text"; readonly content: Text; readonly muted?: true }
  | Table
  | {
      readonly kind: "list";
      readonly items: readonly Item[];
      readonly tone?: Tone;
      /** Side by side: short items that are not read one after the other. */
      readonly layout?: "line";
    }
  /** Text to copy or to read as it is. */
  | {
      readonly kind: "code";
      readonly text: string;
      readonly language: "json" | "sh" | "text";
      readonly reportOnly?: true;
    }
  /** Blocks that are shown when somebody asks for them. */
  | { readonly kind: "details"; readonly summary: Text; readonly blocks: readonly Block[] }
  | Chart
  | Graph
  | Parallel
  | Shares
  | Timeline
  | Image;

export type Table = {
  readonly kind: "table";
  /** Absent for rows of a name and its value. */
  readonly columns?: readonly Column[];
  readonly rows: readonly (readonly Text[])[];
  /**
   * Its rows may be put in any order, by the columns, where there is a program to do it. A number for a cell, in the place of
   * the cell, is what it is compared by; a cell without one by its text.
   */
  readonly sortKeys?: readonly (readonly (number | undefined)[])[];
  /** Where rows can be neither searched nor sorted, those after so many are folded, under so many of what. */
  readonly fold?: { readonly after: number; readonly noun: string };
};

export type Column = {
  readonly title: string;
  /** Numbers, which are compared by their last digits. */
  readonly numeric?: true;
  /** Sentences: where lines are narrow, they get a line of their own. */
  readonly long?: true;
  readonly reportOnly?: true;
};

export type Item = { readonly content: Text; readonly reportOnly?: true };

/** A picture of numbers that a table beside it names: where there are no pictures, nothing is missing. */
export type Chart = {
  readonly kind: "chart";
  readonly title: string;
  /** For those who do not see the picture. */
  readonly description: string;
  /** The first is what the chart is about, and has points. */
  readonly lines: readonly ChartLine[];
};

export type ChartLine = {
  /** What the legend calls it: `this run`. */
  readonly name: string;
  readonly role: "current" | "baseline" | "gate";
} & (
  | { readonly points: readonly ChartPoint[] }
  /** One value, whatever the step. */
  | { readonly level: number }
);

/** Finite numbers. */
export type ChartPoint = { readonly step: number; readonly value: number };

/**
 * Parallel coordinates: an axis for each parameter, and a line over all of them for each trial. A table beside it has the same
 * values.
 */
export type Parallel = {
  readonly kind: "parallel";
  /** For those who do not see the picture. */
  readonly description: string;
  readonly lines: readonly { readonly label: string; readonly isBest: boolean }[];
  /** A value for each line; where there is none, the line has a gap. Text is one of a few choices. */
  readonly axes: readonly { readonly title: string; readonly values: readonly (number | string | undefined)[] }[];
};

/** What is shared out, as a bar for each state of it: the traffic before and after. */
export type Shares = {
  readonly kind: "shares";
  readonly bars: readonly {
    readonly title: string;
    /** Nothing that has no share. Together they are 100 at most. */
    readonly parts: readonly { readonly name: string; readonly percent: number }[];
  }[];
};

/** What took its time when, on one axis. */
export type Timeline = {
  readonly kind: "timeline";
  /** In the order in which they began. */
  readonly bars: readonly TimelineBar[];
};

export type TimelineBar = {
  /** What it is about: `cpu-cluster`. */
  readonly subject: string;
  /** What was going on: `queued`. */
  readonly phase: string;
  readonly tone: Tone;
  /** Seconds after the axis begins. */
  readonly from: number;
  readonly seconds: number;
};

/** A picture with its bytes. Where it cannot be shown, its caption stands for it. */
export type Image = {
  readonly kind: "image";
  readonly caption: Text;
  /** For those who do not see it. */
  readonly description: string;
  readonly type: ImageType;
  readonly base64: string;
};

/** What every browser shows as a picture and can be nothing else: an SVG could be a program. */
export type ImageType = "image/png" | "image/jpeg" | "image/gif" | "image/webp";

/** A picture of what comes after what; a table beside it says the same in words. */
export type Graph = {
  readonly kind: "graph";
  /** For those who do not see the picture. */
  readonly description: string;
  readonly nodes: readonly GraphNode[];
  /** From one node to another, by their indices. */
  readonly edges: readonly (readonly [from: number, to: number])[];
};

export type GraphNode = {
  readonly label: string;
  readonly state: string;
  readonly tone: Tone;
  /** Not for the comment of a pull request. */
  readonly duration?: string;
};

/** Content of a line or a cell. */
export type Text = Inline | readonly Inline[];

export type Inline =
  | string
  /** Text to copy: it is shown letter by letter. */
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "strong"; readonly text: string }
  /** Anything but an https address stays text. */
  | { readonly kind: "link"; readonly text: string; readonly address: string }
  /** A word for a state; the tone only repeats it. */
  | { readonly kind: "badge"; readonly text: string; readonly tone: Tone }
  | { readonly kind: "break" };

export type Tone = "good" | "bad" | "waiting" | "neutral";

export const lineBreak: Inline = { kind: "break" };

export function code(text: string): Inline {
  return { kind: "code", text };
}

export function strong(text: string): Inline {
  return { kind: "strong", text };
}

export function link(text: string, address: string): Inline {
  return { kind: "link", text, address };
}

export function badge(text: string, tone: Tone): Inline {
  return { kind: "badge", text, tone };
}

export function heading(level: 1 | 2 | 3, content: Text): Block {
  return { kind: "heading", level, content };
}

const address = String.raw`https?:\/\/[^\s<>"'\x60]*[^\s<>"'\x60.,;:!?)\]}]`;
/** `az ml job cancel --name x`: a command is one from its first option on. */
const azureCommand = String.raw`\baz(?: [a-z][a-z-]*)+(?: --[a-z-]+(?: (?!-)(?:'[^'\n]*'|@?[\w…/.:~+=-]*[\w…/]))?)+`;
/** What a sentence quotes as code: a line of a workflow. */
const quotedCode = String.raw`\x60[^\x60\n]+\x60`;
const toCopy = new RegExp(`(${quotedCode}|${address}|${azureCommand})`, "i");

/** A sentence from elsewhere. The addresses, commands and code in it are there to be copied; the full stop behind one is not. */
export function sentence(text: string): readonly Inline[] {
  return text
    .split(toCopy)
    .map((part, index) => (index % 2 === 1 ? code(part.replace(/^`(.*)`$/, "$1")) : part))
    .filter((part) => part !== "");
}

export function partsOf(text: Text): readonly Inline[] {
  return typeof text === "string" || "kind" in text ? [text] : text;
}

/** Contents one after the other, with a separator between them. */
export function joined(texts: readonly Text[], separator: Inline): readonly Inline[] {
  return texts.flatMap((text, index) => (index === 0 ? partsOf(text) : [separator, ...partsOf(text)]));
}

/** The text alone, on one line. */
export function plainText(text: Text): string {
  return partsOf(text)
    .map((part) => (typeof part === "string" ? part : part.kind === "break" ? " " : part.text))
    .join("");
}

/** The document without what is for the report only. */
export function forComment(document: Document): Document {
  return document
    .filter(({ reportOnly }) => reportOnly !== true)
    .map((section) => ({ ...section, blocks: blocksForComment(section.blocks) }));
}

function blocksForComment(blocks: readonly Block[]): readonly Block[] {
  return (
    blocks
      // When what began changes from run to run, and so do the bytes of a picture.
      .filter((block) => block.kind !== "timeline" && (block.kind !== "code" || block.reportOnly !== true))
      .map(blockForComment)
      .filter(isSomething)
  );
}

function blockForComment(block: Block): Block {
  switch (block.kind) {
    case "table": {
      const { columns, rows } = block;
      if (columns === undefined) return block;
      const isKept = (_: unknown, index: number) => columns[index]?.reportOnly !== true;
      const { sortKeys: _, ...kept } = block;
      return { ...kept, columns: columns.filter(isKept), rows: rows.map((cells) => cells.filter(isKept)) };
    }
    case "list":
      return { ...block, items: block.items.filter(({ reportOnly }) => reportOnly !== true) };
    case "details":
      return { ...block, blocks: blocksForComment(block.blocks) };
    case "graph":
      return { ...block, nodes: block.nodes.map(({ label, state, tone }) => ({ label, state, tone })) };
    case "heading":
    case "text":
    case "code":
    case "chart":
    case "parallel":
    case "shares":
    case "timeline":
    case "image":
      return block;
  }
}

function isSomething(block: Block): boolean {
  return block.kind !== "list" || block.items.length > 0;
}
