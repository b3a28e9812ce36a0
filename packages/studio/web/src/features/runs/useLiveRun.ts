import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { RunLine, RunLines } from '../../../../shared/runs.ts';

/** What has arrived of a run so far. */
export interface LiveRun {
  readonly metrics: readonly RunLine[];
  readonly samples: readonly RunLine[];
  /** The connection is gone; the browser tries again by itself, and goes on where it was. */
  readonly isCut: boolean;
  /** Everything that there was has arrived. */
  readonly isWhole: boolean;
}

const nothing: LiveRun = { metrics: [], samples: [], isCut: false, isWhole: false };

/**
 * Follows a run until its process has ended, or the page is left.
 *
 * @param again another value begins anew: a run that was resumed
 */
export function useLiveRun(projectId: string, name: string, again: number): LiveRun {
  const [live, setLive] = useState(nothing);
  const cache = useQueryClient();
  useEffect(() => {
    setLive(nothing);
    const source = new EventSource(`/api/projects/${projectId}/runs/${name}/live`);
    for (const which of ['metrics', 'samples'] as const) {
      source.addEventListener(which, ({ data }) => {
        const { anew, lines }: RunLines = JSON.parse(data);
        setLive((now) => ({ ...now, [which]: anew ? lines : [...now[which], ...lines] }));
      });
    }
    source.addEventListener('state', () => void cache.invalidateQueries({ queryKey: ['runs', projectId] }));
    source.addEventListener('end', () => {
      source.close();
      setLive((now) => ({ ...now, isWhole: true }));
    });
    source.onopen = () => setLive((now) => ({ ...now, isCut: false }));
    source.onerror = () => setLive((now) => ({ ...now, isCut: true }));
    return () => source.close();
  }, [projectId, name, again, cache]);
  return live;
}
