import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { Outbox, OutboxState } from './outbox.ts';

export type Undone = 'undone' | 'undoneElsewhere' | 'notUndone';

interface Item {
  readonly itemId: string;
}

interface Counts {
  readonly judged: number;
  readonly left: number;
}

interface Page<QueueItem> extends Counts {
  readonly items: readonly QueueItem[];
}

/** Asked for again while there are fewer items than this. */
const LOW = 3;
/** How often an empty queue is asked whether somebody let go of an item. */
const LOOK_AGAIN_MS = 15_000;
/** Asking renews the leases of what is on a visible screen: whoever reads for long keeps the item. */
const KEEP_MS = 3 * 60_000;

export interface QueueState<QueueItem, Vote> extends Counts {
  /** The one on the screen, and those that come next. */
  readonly items: readonly QueueItem[];
  /** Nothing to show until the studio answers. */
  readonly waiting: boolean;
  readonly error: Error | undefined;
  readonly outbox: OutboxState<Vote>;
  readonly vote: (item: QueueItem, vote: Vote) => void;
  /** Takes the last vote back; its item is here again, unless somebody else has it by now. */
  readonly undo: () => Promise<Undone>;
  readonly canUndo: boolean;
  readonly reload: () => Promise<void>;
}

export interface QueueParts<QueueItem, Vote extends Item, Receipt extends Counts> {
  readonly outbox: Outbox<Vote, Receipt>;
  readonly load: () => Promise<Page<QueueItem>>;
  /** Takes an acknowledged vote back on the server. */
  readonly takeBack: (receipt: Receipt, vote: Vote) => Promise<Counts & { readonly item: QueueItem | null }>;
}

/** A queue whose next item is always there already, and whose votes go out behind the annotator's back. */
export function useQueue<QueueItem extends Item, Vote extends Item, Receipt extends Counts>(
  parts: QueueParts<QueueItem, Vote, Receipt>,
): QueueState<QueueItem, Vote> {
  const { outbox, load, takeBack } = parts;
  const [items, setItems] = useState<readonly QueueItem[]>([]);
  const [counts, setCounts] = useState<Counts>({ judged: 0, left: 0 });
  const [error, setError] = useState<Error>();
  const [asked, setAsked] = useState(false);
  const [past, setPast] = useState<readonly { item: QueueItem; vote: Vote; receipt: Promise<Receipt> }[]>([]);
  const box = useSyncExternalStore(outbox.subscribe, outbox.state);
  const asking = useRef<Promise<void>>(undefined);

  const reload = useCallback((): Promise<void> => {
    asking.current ??= load()
      .then((page) => {
        const open = page.items.filter(({ itemId }) => !outbox.has(itemId));
        // What is on the screen stays there, unless it is ours no longer.
        setItems(([current]) => {
          const kept = open.find(({ itemId }) => itemId === current?.itemId);
          return kept ? [kept, ...open.filter((item) => item !== kept)] : open;
        });
        setCounts(afterPending(page, outbox.state().pending.length));
        setError(undefined);
      })
      .catch(setError)
      .finally(() => {
        asking.current = undefined;
        setAsked(true);
      });
    return asking.current;
  }, [load, outbox]);

  useEffect(() => {
    void reload();
    const wake = () => {
      outbox.wake();
      void reload();
    };
    window.addEventListener('online', wake);
    return () => window.removeEventListener('online', wake);
  }, [reload, outbox]);

  const isLow = items.length < LOW && counts.left > items.length;
  const allSent = box.pending.length === 0;
  useEffect(() => {
    if (asked && isLow && allSent) void reload();
  }, [asked, isLow, allSent, reload]);

  const isEmpty = asked && items.length === 0;
  useEffect(() => {
    const lookAgain = () => document.visibilityState === 'visible' && void reload();
    const timer = setInterval(lookAgain, isEmpty ? LOOK_AGAIN_MS : KEEP_MS);
    document.addEventListener('visibilitychange', lookAgain);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', lookAgain);
    };
  }, [isEmpty, reload]);

  const vote = useCallback(
    (item: QueueItem, given: Vote) => {
      const receipt = outbox.add(given);
      void receipt.then(
        (counts) => setCounts(afterPending(counts, outbox.state().pending.length)),
        () => {},
      );
      setCounts(({ judged, left }) => ({ judged: judged + 1, left: Math.max(left - 1, 0) }));
      setItems((now) => now.filter(({ itemId }) => itemId !== item.itemId));
      setPast((before) => [...before.slice(-99), { item, vote: given, receipt }]);
    },
    [outbox],
  );

  const undo = useCallback(async (): Promise<Undone> => {
    const last = past.at(-1);
    if (!last) return 'notUndone';
    const putBack = (item: QueueItem) =>
      setItems((now) => [item, ...now.filter(({ itemId }) => itemId !== item.itemId)]);
    const forget = () => setPast((now) => now.filter((entry) => entry !== last));
    const { item, vote: given, receipt } = last;
    if (outbox.retract(item.itemId)) {
      setCounts(({ judged, left }) => ({ judged: judged - 1, left: left + 1 }));
      putBack(item);
      forget();
      return 'undone';
    }
    if (outbox.state().held) return 'notUndone'; // the studio may have it already, and cannot be asked
    try {
      const { item: again, ...counts } = await takeBack(await receipt, given);
      outbox.forget(item.itemId);
      forget();
      setCounts(afterPending(counts, outbox.state().pending.length));
      if (again) putBack(again);
      return again ? 'undone' : 'undoneElsewhere';
    } catch {
      return 'notUndone';
    }
  }, [past, outbox, takeBack]);

  const waiting = items.length === 0 && (!asked || (!allSent && box.held === undefined));
  return { items, ...counts, waiting, error, outbox: box, vote, undo, canUndo: past.length > 0, reload };
}

/** What the studio counts does not hold what it has not been told yet. */
const afterPending = ({ judged, left }: Counts, pending: number): Counts => ({
  judged: judged + pending,
  left: Math.max(left - pending, 0),
});
