// SPDX-FileCopyrightText: community.arize contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// On a narrow screen site.css stacks the cells of a row; each then needs the heading of its column.
document.addEventListener("DOMContentLoaded", () => {
  for (const table of document.querySelectorAll("table.docutils:not(.ansible-option-table)")) {
    const headings = [...table.querySelectorAll("thead th")].map((heading) => heading.textContent.trim());
    if (headings.length < 3) continue;
    table.classList.add("stacked");
    for (const row of table.tBodies[0].rows) {
      [...row.cells].forEach((cell, column) => {
        cell.setAttribute("data-heading", headings[column]);
        cell.classList.toggle("nothing", !cell.textContent.trim());
      });
    }
  }
});
