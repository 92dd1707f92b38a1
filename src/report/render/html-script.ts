/**
 * Sorts and searches tables in the HTML report. Everything can be read without it, so it makes its own controls: where no
 * script runs there are none. The page's policy allows this text alone, by its digest.
 */
export const script = `"use strict";
for (const table of document.querySelectorAll("table[data-sort]")) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  // Among numbers, what is not a number is a word for a missing one.
  const keyOf = (row, at, isKeyed) => row.cells[at].dataset.key ?? (isKeyed ? "" : row.cells[at].textContent.trim());
  const compared = (a, b) => {
    if (a === "" || b === "") return 0;
    const [x, y] = [Number(a), Number(b)];
    if (!Number.isNaN(x) && !Number.isNaN(y)) return x === y ? 0 : x - y;
    return a.localeCompare(b, "en", { numeric: true });
  };
  heads.forEach((head, at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const isDown = head.getAttribute("aria-sort") === "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", isDown ? "descending" : "ascending");
      const isKeyed = [...body.rows].some((row) => row.cells[at].dataset.key !== undefined);
      const rows = [...body.rows].map((row) => [keyOf(row, at, isKeyed), row]);
      // Whatever the direction, rows without a value come last.
      rows.sort(([a], [b]) => (a === "") - (b === "") || (isDown ? -1 : 1) * compared(a, b));
      body.append(...rows.map(([, row]) => row));
    });
  });
}
document.querySelectorAll("table[data-search]").forEach((table, number) => {
  const rows = [...table.tBodies[0].rows];
  const place = document.createElement("div");
  place.className = "search";
  const label = document.createElement("label");
  label.htmlFor = "search-" + number;
  label.textContent = "Search the table";
  const input = document.createElement("input");
  input.type = "search";
  input.id = label.htmlFor;
  const told = document.createElement("output");
  told.htmlFor = input.id;
  place.append(label, input, told);
  table.closest(".scroll").before(place);
  const show = () => {
    const words = input.value.toLowerCase().split(/\\s+/).filter((word) => word !== "");
    let isShown = true;
    let shown = 0;
    // A row without a name continues with what the row above it is about.
    const groups = [];
    for (const row of rows) {
      if (groups.length > 0 && row.cells[0].textContent.trim() === "") groups.at(-1).push(row);
      else groups.push([row]);
    }
    for (const group of groups) {
      const text = group.map((row) => row.textContent).join(" ").toLowerCase();
      isShown = words.every((word) => text.includes(word));
      if (isShown) shown += 1;
      for (const row of group) row.hidden = !isShown;
    }
    told.textContent = shown + " of " + groups.length + " shown";
  };
  input.addEventListener("input", show);
  show();
});
addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details:not([open])")) {
    part.open = true;
    part.dataset.printed = "";
  }
});
addEventListener("afterprint", () => {
  for (const part of document.querySelectorAll("details[data-printed]")) {
    part.open = false;
    delete part.dataset.printed;
  }
});
`;

/** What the policy of a page names the script by. A constant: making it would load a library for every report. */
export const scriptDigest = "sha256-Xo94wO1i2iQX3gsmErnHJ9kuFQaD5Wmfy4+VRjKVw4Q=";
