/** One record of a CSV text, and the line (from 1) it starts on. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

/** The records of a CSV text (RFC 4180): quoted cells may hold commas, doubled quotes and line breaks. Blank lines are none. */
export function parseCsv(text: string): CsvRecord[] {
  const records: CsvRecord[] = [];
  const cell = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n|$)/gy;
  let [line, start] = [1, 1];
  let cells: string[] = [];
  while (cell.lastIndex < text.length || cells.length > 0) {
    const found = cell.exec(text);
    if (!found) return [...records, { line: start, cells: [...cells, text.slice(cell.lastIndex)] }];
    const [whole, content, end] = found as unknown as [string, string, string];
    cells.push(content.startsWith('"') ? content.slice(1, -1).replaceAll('""', '"') : content.trim());
    line += whole.split('\n').length - 1;
    if (end === ',') continue;
    if (cells.some((one) => one !== '')) records.push({ line: start, cells });
    [cells, start] = [[], line];
  }
  return records;
}

/** What a cell of a table may hold; what is undefined or null is an empty cell. */
export type Cell = string | number | boolean | null | undefined;

/** Records of cells as CSV (RFC 4180, lines ending in \n): a column for each field, in the order they first appear. */
export function csvText(records: readonly Readonly<Record<string, Cell>>[]): string {
  const columns = [...new Set(records.flatMap(Object.keys))];
  const rows = records.map((record) => columns.map((column) => record[column]));
  return [columns, ...rows].map((cells) => `${cells.map(csvCell).join(',')}\n`).join('');
}

function csvCell(cell: Cell): string {
  const text = String(cell ?? '');
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
