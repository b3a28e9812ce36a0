/** What comes of a file, counted part by part. */
import type { ImportReport, PreviewRow } from '../../shared/items.ts';
import type { Plan, PlannedItem } from './plan.ts';
import { MOST_TOLD, type ReadFile } from './row.ts';

type Account = Pick<
  ImportReport,
  'comparisons' | 'gold' | 'prompts' | 'votes' | 'duplicates' | 'bad' | 'badRows' | 'preview'
>;

const SHOWN = 5;

/** Of a file before anything is made of its rows. */
export const beginAccount = ({ bad, badRows }: ReadFile): Account => ({
  ...{ comparisons: 0, gold: 0, prompts: 0, votes: 0, duplicates: 0 },
  ...{ bad, badRows: [...badRows], preview: [] },
});

/** With one more part. All parts give what the whole file would give at once, because the rows of an item stand in one part. */
export function added(account: Account, { items, duplicates, bad }: Plan): Account {
  const fresh = (kind: string) => items.filter(({ isNew, item }) => isNew && item.kind === kind).length;
  return {
    comparisons: account.comparisons + fresh('comparison'),
    prompts: account.prompts + fresh('prompt'),
    gold: account.gold + items.filter(({ isNewGold }) => isNewGold).length,
    votes: items.reduce((sum, { votes }) => sum + votes.length, account.votes),
    duplicates: account.duplicates + duplicates,
    bad: account.bad + bad.length,
    badRows: firstOf([...account.badRows, ...bad], MOST_TOLD),
    preview: firstOf([...account.preview, ...items.slice(0, SHOWN).map(shown)], SHOWN),
  };
}

/** The first few in the order of the file. */
const firstOf = <Row extends { readonly line: number }>(rows: Row[], most: number): Row[] =>
  rows.sort((a, b) => a.line - b.line).slice(0, most);

const shown = ({ row, item, votes }: PlannedItem): PreviewRow => ({
  ...{ line: row.line, id: row.id ?? null, prompt: [...row.prompt] },
  ...{ a: row.responses?.[0].text ?? null, b: row.responses?.[1].text ?? null },
  ...{ gold: (item.gold ?? null) as PreviewRow['gold'], votes: votes.length },
});

export function reportOf(
  { format, unit, columns, records, undecided, ignored }: ReadFile,
  account: Account,
  imported: boolean,
): ImportReport {
  return { imported, format, unit, columns: [...columns], records, undecided, ignored: { ...ignored }, ...account };
}
