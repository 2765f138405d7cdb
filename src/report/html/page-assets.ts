/** The page's one style sheet. Colours keep a contrast of at least 4.5 to 1 on their background, in light and in dark. */
export const pageStyle = `
:root{color-scheme:light dark;--page:#fff;--surface:#fff;--soft:#f5f6f8;--text:#1d2129;--faint:#59616d;--line:#d5d9e0;--grid:#e6e9ee;
--good:#116329;--bad:#b3171e;--unsure:#7a4d00;--good-soft:#e3f5e8;--bad-soft:#fdeaea;--unsure-soft:#fdf2d8;
--baseline:#5b6472;--candidate:#0b57c4;--band:#0b57c422;--limit:#b3171e;--refused:#b3171e1f;--focus:#0b57c4}
@media (prefers-color-scheme:dark){:root{--page:#0f1318;--surface:#0f1318;--soft:#1a2028;--text:#e7eaef;--faint:#a3acb9;--line:#363f4b;--grid:#262e38;
--good:#66d184;--bad:#ff8b84;--unsure:#edb64d;--good-soft:#12301c;--bad-soft:#3d1719;--unsure-soft:#33270d;
--baseline:#aab3c0;--candidate:#7db4ff;--band:#7db4ff2e;--limit:#ff8b84;--refused:#ff8b842b;--focus:#7db4ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
.wide{max-width:80rem;margin:0 auto;padding:0 1.25rem}
h1,h2,h3{line-height:1.2;margin:0}
h2{font-size:1.35rem;margin:2.5rem 0 .5rem}
h3{font-size:1.05rem;margin:1.5rem 0 .25rem}
p{margin:.5rem 0}
a{color:var(--candidate)}
code{font:.92em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:1rem;background:var(--page);padding:.5rem;z-index:1}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px}
.wide>h1{padding-top:1.5rem}
.verdict{padding:1.25rem 0 1rem;border-bottom:1px solid var(--line)}
.verdict.increase{background:var(--good-soft)}.verdict.hold{background:var(--unsure-soft)}.verdict.rollback{background:var(--bad-soft)}
.verdict h1{font-size:2rem;letter-spacing:.01em}
.increase h1 strong{color:var(--good)}.hold h1 strong{color:var(--unsure)}.rollback h1 strong{color:var(--bad)}
.summary{margin:.5rem 0;font-size:1.1rem;max-width:48rem}.summary p{margin:.15rem 0}
.subject{margin:0;color:var(--text);overflow-wrap:anywhere}
.reasons{margin:.5rem 0;padding-left:1.2rem;max-width:60rem;overflow-wrap:break-word}
.next{margin:.75rem 0 0;padding:.6rem .8rem;background:var(--surface);border:1px solid var(--line);border-radius:.4rem}
.next code{font-weight:600}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.25rem 1rem;margin:.75rem 0 0}
.facts div{min-width:0}
.facts dt{color:var(--text);font-size:.8rem}.facts dd{margin:0;font-weight:600;overflow-wrap:anywhere}
.listed{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1.2rem;margin:.75rem 0;font-size:.9rem}
.listed dt{color:var(--faint)}.listed dd{margin:0;overflow-wrap:anywhere}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1rem;list-style:none;padding:0;margin:.75rem 0 0;font-size:.9rem}
.note{color:var(--faint);font-size:.9rem;max-width:48rem}
.scroll{overflow-x:auto;margin:.5rem 0}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--faint);font-size:.9rem;padding:.25rem 0}
th,td{padding:.3rem .45rem;text-align:left;overflow-wrap:break-word;border-bottom:1px solid var(--line);vertical-align:top}
thead th{white-space:nowrap;color:var(--faint);font-weight:600;vertical-align:bottom}
tbody th{font-weight:400;min-width:8rem;max-width:20rem}
.whole{white-space:nowrap}
.why{white-space:normal;display:inline-block;min-width:11rem;max-width:20rem;text-align:left;color:var(--faint)}
.number{text-align:right;white-space:nowrap}
th button{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer;text-align:inherit}
th button:after{content:" ↕";color:var(--faint)}
th[aria-sort=ascending] button:after{content:" ↑";color:var(--text)}
th[aria-sort=descending] button:after{content:" ↓";color:var(--text)}
.pass,.good{color:var(--good)}.good{font-weight:700}.breach,.bad,.rolled{color:var(--bad);font-weight:700}.unsure{color:var(--unsure);font-weight:600}
.plot{display:block;height:auto;max-width:100%;min-width:36rem;color:var(--text);font-family:inherit}
td .plot,.small .plot{min-width:0}
.small{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:0 1.5rem}
.plot text{white-space:pre}
details{margin:.5rem 0}
summary{cursor:pointer;color:var(--candidate)}
.key{display:inline-block;width:1.6em;border-top:3px solid var(--candidate);vertical-align:middle;margin:0 .3em 0 .8em}
.legend{white-space:nowrap}
.key.baseline{border-top:2px dashed var(--baseline)}
.key.limit{border-top:2px dashed var(--limit)}
footer{margin:3rem 0 2rem;color:var(--faint);font-size:.85rem}
@media screen and (max-width:64rem){th,td{padding:.3rem .3rem}table{font-size:.84rem}tbody th{min-width:6rem}.number{white-space:normal}}
@media screen and (max-width:48rem){.scroll{overflow:visible}table,caption,tbody,tr,td,tbody th{display:block}thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tr{border:1px solid var(--line);border-radius:.4rem;margin:.5rem 0;padding:.3rem .5rem}th,td{border:0;padding:.1rem 0}tbody th{max-width:none;font-weight:600}td:empty{display:none}
td[data-column]{display:flex;gap:1rem;justify-content:space-between;text-align:right}td[data-column]:before{content:attr(data-column);color:var(--faint);flex:none}td[data-column]:empty{display:none}td>div{min-width:0;flex:1}
.whole,.number{white-space:normal}.why{min-width:0;text-align:right}.plot{min-width:0}}
@media (max-width:40rem){body{font-size:15px}.verdict h1{font-size:1.6rem}.wide{padding:0 .9rem}nav{display:none}.facts{grid-template-columns:repeat(2,1fr)}}
@media print{:root{color-scheme:light;--page:#fff;--surface:#fff;--soft:#f5f6f8;--text:#000;--faint:#444;--line:#bbb;--grid:#ddd;--good:#116329;--bad:#b3171e;--unsure:#7a4d00;
--good-soft:#e3f5e8;--bad-soft:#fdeaea;--unsure-soft:#fdf2d8;--baseline:#5b6472;--candidate:#0b57c4;--band:#0b57c422;--limit:#b3171e;--refused:#b3171e1f}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}nav,.skip{display:none}th button:after{content:none}.scroll{overflow:visible}.plot{min-width:0}h2,h3{break-after:avoid}tr,svg{break-inside:avoid}
@page{size:A4;margin:9mm}html,body{font-size:8.8px;line-height:1.4}.why{max-width:none}.wide{max-width:none;padding:0}.verdict .wide{padding:0 1rem}h2{margin-top:1rem}th,td{padding:.1rem .35rem}th button{display:contents}.small{grid-template-columns:repeat(3,1fr)}.metrics{display:grid;grid-template-columns:1fr 1fr;gap:0 1.5rem}.metrics>div{break-inside:avoid}details,[aria-labelledby=latency] .scroll:has(table),[aria-labelledby=labels] .scroll:has(table),[aria-labelledby=history],[aria-labelledby=reproduce] .scroll{display:none}.scroll>.plot{width:100%;max-width:38rem}td .plot{max-height:1.6rem;width:auto}}
`;

/**
 * The page's one script: makes the headers of tables buttons that sort. The
 * page is complete without it. It reads numbers at the start of a cell, or `data-value` where a cell has one.
 */
export const pageScript = `
for (const table of document.querySelectorAll('table.sortable')) {
  const headers = [...table.tHead.rows[0].cells];
  // On a narrow screen a row is a card, whose cells name their columns themselves.
  for (const { cells } of table.tBodies[0].rows)
    [...cells].slice(1).forEach((cell, index) => (cell.dataset.column = headers[index + 1].textContent));
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
`;
