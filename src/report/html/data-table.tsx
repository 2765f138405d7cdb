import type { ComponentChildren } from 'preact';

/** A column of a table. */
export interface DataColumn {
  readonly header: string;
  /** Numbers stand right. */
  readonly numeric?: boolean;
  /** Never broken into lines. */
  readonly whole?: boolean;
  /** For pictures, which have no order. */
  readonly unsorted?: boolean;
}

/** The columns of comparisons, in the order of their cells, behind what each is about. */
export function comparisonColumns(subject: string): readonly DataColumn[] {
  return [{ header: subject }, ...numbers('requests', 'users', 'baseline', 'candidate', 'change', 'interval')];
}

/** Columns of numbers. */
export function numbers(...headers: readonly string[]): readonly DataColumn[] {
  return headers.map((header) => ({ header, numeric: true }));
}

/** A cell; `value` is what it is sorted by where its text is not. */
export type Cell = string | { readonly content: ComponentChildren; readonly value?: string | number };

/** A table that can be sorted, with a name; it scrolls sideways where it is wider than the screen. The first cell of a row names it. */
export function DataTable({
  caption,
  columns,
  rows,
}: {
  readonly caption: string;
  readonly columns: readonly DataColumn[];
  readonly rows: readonly (readonly Cell[])[];
}) {
  return (
    <div class="scroll" role="region" tabIndex={0} aria-label={caption}>
      <table class="sortable">
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ header, numeric, unsorted }) => (
              <th
                scope="col"
                class={numeric === true ? 'number' : undefined}
                data-plain={unsorted === true ? '' : undefined}
              >
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells) => (
            <tr>{cells.map((cell, index) => tableCell(cell, index === 0, columns[index]))}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function tableCell(cell: Cell, isName: boolean, column: DataColumn | undefined) {
  const { content, value } = typeof cell === 'string' ? { content: cell, value: undefined } : cell;
  const attributes = { class: classOf(column), 'data-value': value };
  return isName ? (
    <th scope="row" {...attributes}>
      {content}
    </th>
  ) : (
    <td {...attributes}>{content}</td>
  );
}

function classOf(column: DataColumn | undefined): string | undefined {
  if (column?.numeric === true) return 'number';
  return column?.whole === true ? 'whole' : undefined;
}

/** What stands in a cell that has no number. */
export function why(missing: string | undefined): Cell {
  return missing === undefined ? '' : { content: <span class="why">none: {missing}</span>, value: '' };
}

/** Markup that a chart was drawn to. */
export function Chart({ svg, label }: { readonly svg: string; readonly label?: string }) {
  return label === undefined ? (
    <div dangerouslySetInnerHTML={{ __html: svg }} />
  ) : (
    <div class="scroll" role="region" tabIndex={0} aria-label={label} dangerouslySetInnerHTML={{ __html: svg }} />
  );
}

/** The line that says what a table leaves out. */
export function LeftOut({ count, what }: { readonly count: number; readonly what: string }) {
  return count === 0 ? null : <p class="note">{`… and ${what}, which the evidence and the CSV report hold.`}</p>;
}
