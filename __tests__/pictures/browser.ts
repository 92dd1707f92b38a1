import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { marked } from "marked";
import { chromium, type Browser, type Page } from "playwright-core";

/** Debian's and Ubuntu's package `chromium`, or another one that `CHROMIUM_PATH` names. */
const chromiumPath = [process.env["CHROMIUM_PATH"] ?? "", "/usr/bin/chromium", "/usr/bin/chromium-browser"].find(
  (path) => path !== "" && existsSync(path),
);

/** Package `fonts-dejavu-core`: free, in every distribution, and the same in all of them for years. */
const font = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf";

/** Why no pictures can be taken here; `undefined` where they can. */
export const whyNoPictures =
  chromiumPath === undefined
    ? "no Chromium is installed: apt-get install chromium, or name one by CHROMIUM_PATH"
    : existsSync(font)
      ? undefined
      : "the font of the pictures is not installed: apt-get install fonts-dejavu-core";

/**
 * The fonts that a machine happens to have would make other pictures of the same page: lines break elsewhere. So all text is
 * in one family that can be had everywhere, without what machines do to its edges.
 */
const fonts = `*{font-family:"DejaVu Sans"!important;transition:none!important;animation:none!important}code,code *,pre,pre *,kbd{font-family:"DejaVu Sans Mono"!important}`;

export type Appearance = {
  readonly width: number;
  readonly theme: "light" | "dark";
};

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath ?? "",
    // Containers of CI have no user namespaces; what is shown is our own text.
    args: [
      "--no-sandbox",
      "--font-render-hinting=none",
      "--disable-lcd-text",
      "--force-color-profile=srgb",
      "--disable-gpu",
    ],
  });
}

/** A page that reaches nothing: whatever asks for an address makes the test fail. */
async function newPage(browser: Browser, { width, theme }: Appearance): Promise<{ page: Page; asked: string[] }> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: theme,
    reducedMotion: "reduce",
    locale: "en-GB",
  });
  const page = await context.newPage();
  const asked: string[] = [];
  await page.route(/^https?:/, (route) => {
    asked.push(route.request().url());
    return route.abort();
  });
  return { page, asked };
}

/** What is wrong with a page by itself: refused scripts and styles, errors, requests. */
export type Opened = { readonly page: Page; readonly complaints: readonly string[] };

/** A file of HTML, as a browser opens the downloaded report. */
export async function openHtml(browser: Browser, text: string, appearance: Appearance): Promise<Opened> {
  const { page, asked } = await newPage(browser, appearance);
  const complaints = asked;
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.setContent(text, { waitUntil: "load" });
  await page.addStyleTag({ content: fonts });
  return { page, complaints };
}

const require = createRequire(import.meta.url);
const githubStyle = () => readFileSync(require.resolve("github-markdown-css/github-markdown.css"), "utf8");

/** Markdown as GitHub shows it: its style, tables, and diagrams drawn by Mermaid in its own theme for light and dark. */
export async function openMarkdown(browser: Browser, text: string, appearance: Appearance): Promise<Opened> {
  const { page, asked } = await newPage(browser, appearance);
  const complaints = asked;
  page.on("pageerror", (error) => complaints.push(error.message));
  const body = marked.parse(text, { gfm: true, async: false });
  const back = appearance.theme === "dark" ? "#0d1117" : "#fff";
  await page.setContent(
    `<!doctype html><html lang="en"><head><title>Summary</title><style>${githubStyle()}body{margin:0;background:${back}}article{padding:16px}.diagram{text-align:center;border:1px solid #8886;border-radius:6px;padding:8px;margin-bottom:16px}${fonts}</style></head><body><article class="markdown-body">${body}</article></body></html>`,
  );
  if (!body.includes("language-mermaid")) return { page, complaints };
  await page.addScriptTag({ path: require.resolve("mermaid/dist/mermaid.min.js") });
  const failures = await page.evaluate(drawDiagrams, appearance.theme);
  return { page, complaints: [...complaints, ...failures] };
}

type Mermaid = {
  readonly initialize: (config: object) => void;
  readonly render: (id: string, text: string) => Promise<{ readonly svg: string }>;
};

/** Runs in the page. @returns what Mermaid does not understand. */
async function drawDiagrams(theme: "light" | "dark"): Promise<readonly string[]> {
  const { mermaid } = globalThis as unknown as { readonly mermaid: Mermaid };
  mermaid.initialize({
    startOnLoad: false,
    theme: theme === "dark" ? "dark" : "default",
    fontFamily: "DejaVu Sans",
    securityLevel: "strict",
  });
  const failures: string[] = [];
  const { document } = globalThis as unknown as { readonly document: DocumentLike };
  const all = [...document.querySelectorAll("code.language-mermaid")];
  for (const [index, element] of all.entries()) {
    try {
      const { svg } = await mermaid.render(`diagram-${index}`, element.textContent ?? "");
      const place = element.closest("pre");
      if (place === null) continue;
      const diagram = document.createElement("div");
      diagram.className = "diagram";
      diagram.innerHTML = svg;
      place.replaceWith(diagram);
    } catch (error) {
      failures.push(String(error));
    }
  }
  return failures;
}

/** What of a browser's document is used above: the types of this project are those of Node. */
type ElementLike = {
  textContent: string | null;
  innerHTML: string;
  className: string;
  readonly closest: (selector: string) => ElementLike | null;
  readonly replaceWith: (other: ElementLike) => void;
};
type DocumentLike = {
  readonly querySelectorAll: (selector: string) => Iterable<ElementLike>;
  readonly createElement: (name: string) => ElementLike;
};
