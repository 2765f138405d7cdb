/**
 * The page's one script: makes the headers of tables buttons that sort, and opens what is folded before it is printed. The
 * page is complete without it. It reads numbers at the start of a cell, or `data-value` where a cell has one.
 */
export const pageScript = `
for (const table of document.querySelectorAll('table.sortable')) {
  const headers = [...table.tHead.rows[0].cells];
  headers.forEach((header, column) => {
    if (header.textContent.trim() === '' || header.dataset.plain !== undefined) return;
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...header.childNodes);
    header.append(button);
    button.addEventListener('click', () => {
      const up = header.getAttribute('aria-sort') !== 'ascending';
      headers.forEach((other) => other.removeAttribute('aria-sort'));
      header.setAttribute('aria-sort', up ? 'ascending' : 'descending');
      const value = (row) => {
        const cell = row.cells[column];
        const text = cell.dataset.value ?? cell.textContent.trim();
        const number = Number.parseFloat(text.replaceAll(',', ''));
        return { text, number, empty: text === '' };
      };
      const rows = [...table.tBodies[0].rows].map((row) => ({ row, ...value(row) }));
      const numeric = rows.every(({ number, empty }) => empty || !Number.isNaN(number));
      rows.sort((a, b) => {
        if (a.empty !== b.empty) return a.empty ? 1 : -1;
        const order = numeric ? a.number - b.number : a.text.localeCompare(b.text);
        return up ? order : -order;
      });
      table.tBodies[0].append(...rows.map(({ row }) => row));
    });
  });
}
addEventListener('beforeprint', () => {
  for (const details of document.querySelectorAll('details')) details.open = true;
});
`;
