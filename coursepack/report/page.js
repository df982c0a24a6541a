// Sorting and filtering; without it, the page shows everything in the order of names.
"use strict";
(() => {
  const number = (text) => (text === "" ? Infinity : Number(text));
  const order = (column, numeric) => (one, other) => {
    const [a, b] = [one.cells[column].dataset.sort, other.cells[column].dataset.sort];
    return numeric ? number(a) - number(b) : a.localeCompare(b, undefined, { numeric: true, sensitivity: "base" });
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells];
    for (const head of heads.filter((each) => each.dataset.kind)) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach((each) => each.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const rows = [...table.tBodies[0].rows].sort(order(head.cellIndex, head.dataset.kind === "number"));
        // Rows without a value stay last.
        const last = rows.filter((row) => row.cells[head.cellIndex].dataset.sort === "");
        const first = rows.filter((row) => row.cells[head.cellIndex].dataset.sort !== "");
        table.tBodies[0].replaceChildren(...(down ? first.reverse() : first), ...last);
      });
    }
  }
  const form = document.getElementById("filter");
  const rows = [...document.querySelectorAll("#scores tbody tr")];
  const show = () => {
    const words = form.elements.words.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    const kind = form.elements.kind.value;
    let shown = 0;
    for (const row of rows) {
      const name = row.cells[0].dataset.sort.toLocaleLowerCase();
      const fits = words.every((word) => name.includes(word)) && (!kind || row.dataset.kinds.split(" ").includes(kind));
      row.hidden = !fits;
      shown += fits;
    }
    document.getElementById("shown").textContent = `${shown} of ${rows.length} students shown`;
  };
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  show();
})();
