// SPDX-FileCopyrightText: community.arize contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// Longer code than this may break in a cell, shorter code stays in one line.
const LONGEST_SHORT_CODE = 24;

// On a narrow screen site.css stacks the cells of a row; each then needs the heading of its column.
function stackTables() {
  for (const table of document.querySelectorAll("table.docutils:not(.ansible-option-table)")) {
    for (const code of table.querySelectorAll("td code")) {
      code.classList.toggle("short", code.textContent.length <= LONGEST_SHORT_CODE);
    }
    const headings = [...table.querySelectorAll("thead th")].map((heading) => heading.textContent.trim());
    if (headings.length < 2) continue;
    table.classList.add("stacked");
    for (const row of table.tBodies[0].rows) {
      [...row.cells].forEach((cell, column) => {
        cell.setAttribute("data-heading", headings[column]);
        cell.classList.toggle("nothing", !cell.textContent.trim());
      });
    }
  }
}

// Where the theme has no room for its list of sections, a page of several shows one at its top: its own, or a copy.
function listSections() {
  const article = document.querySelector("article");
  // The site opens with what the collection is.
  const atRoot = document.documentElement.dataset.content_root === "./";
  if (atRoot && /\/(index\.html)?$/.test(location.pathname)) return;
  const isAnchor = (link) => link !== null && (link.getAttribute("href") || "").startsWith("#");
  const own = [...article.querySelectorAll("ul")].find((list) =>
    [...list.children].every((item) => item.textContent === item.firstElementChild?.textContent &&
      isAnchor(item.querySelector("a"))));
  const made = document.querySelectorAll(".toc-tree > ul > li > ul > li > a");
  if (own) {
    own.classList.add("sections");
  } else if (made.length > 2) {
    const list = document.createElement("ul");
    list.className = "sections simple";
    for (const link of made) {
      const item = list.appendChild(document.createElement("li"));
      item.appendChild(link.cloneNode(true));
    }
    article.querySelector("h1").after(list);
  }
}

document.addEventListener("DOMContentLoaded", () => {
  stackTables();
  listSections();
});
