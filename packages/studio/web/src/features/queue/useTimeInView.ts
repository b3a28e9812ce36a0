import { useEffect, useState } from 'react';
import { Stopwatch } from './stopwatch.ts';

/** Seconds that an item has been on a visible page; a tab in the background does not count. */
export function useTimeInView(itemId: string | undefined): (itemId: string) => number {
  const [watch] = useState(() => new Stopwatch(() => performance.now()));
  useEffect(() => {
    const follow = () => {
      if (itemId !== undefined && document.visibilityState === 'visible') watch.run(itemId);
      else watch.stop();
    };
    follow();
    document.addEventListener('visibilitychange', follow);
    return () => {
      document.removeEventListener('visibilitychange', follow);
      watch.stop();
    };
  }, [itemId, watch]);
  return (id) => Math.round(watch.read(id) * 10) / 10;
}
