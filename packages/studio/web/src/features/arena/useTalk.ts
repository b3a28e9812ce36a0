import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useSearchParams } from 'react-router';
import type { ArenaChat, ArenaChoice, Side } from '../../../../shared/arena.ts';
import { call, get } from '../../api.ts';
import { askBoth } from './turnEvents.ts';

/** A turn while it is being answered. */
export interface OpenTurn {
  readonly prompt: string;
  readonly first: string;
  readonly second: string;
}

/** A talk with two models: which one stands in the address, so that it is still there when the page is opened again. */
export function useTalk(projectId: string) {
  const arena = `/projects/${projectId}/arena`;
  const cache = useQueryClient();
  const [search, setSearch] = useSearchParams();
  const id = search.get('talk');
  const key = ['arena', projectId, 'talk', id];
  const talk = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => get<ArenaChat>(`${arena}/chats/${id}`, signal),
    enabled: id !== null,
  });
  const [open, setOpen] = useState<OpenTurn | null>(null);
  const [problem, setProblem] = useState<Error | 'failed' | null>(null);
  const leaving = useRef<AbortController>(undefined);
  useEffect(() => () => leaving.current?.abort(), []);

  const keep = (chat: ArenaChat) => cache.setQueryData(['arena', projectId, 'talk', chat.id], chat);
  const attempt = async (work: () => Promise<void>) => {
    setProblem(null);
    await work().catch((error: Error) => error.name !== 'AbortError' && setProblem(error));
    setOpen(null);
  };

  const ask = (prompt: string) =>
    attempt(async () => {
      setOpen({ prompt, first: '', second: '' });
      const chat = talk.data ?? (await call<ArenaChat>('POST', `${arena}/chats`));
      keep(chat);
      setSearch({ talk: chat.id }, { replace: true });
      leaving.current = new AbortController();
      const said: Record<Side, string> = { first: '', second: '' };
      let isDone = false;
      for await (const event of askBoth(`${arena}/chats/${chat.id}`, prompt, leaving.current.signal)) {
        if (event.kind === 'piece') {
          said[event.side] += event.text;
          setOpen({ prompt, ...said });
        }
        isDone = event.kind === 'done';
      }
      if (isDone) keep({ ...chat, turns: [...chat.turns, { prompt, ...said }] });
      else setProblem('failed');
    });

  const vote = (choice: ArenaChoice) =>
    attempt(async () => {
      keep(await call<ArenaChat>('POST', `${arena}/chats/${id}/vote`, { choice }));
      await cache.invalidateQueries({ queryKey: ['arena', projectId, 'board'] });
    });

  const beginAnew = () => {
    leaving.current?.abort();
    setProblem(null);
    setSearch({}, { replace: true });
  };
  return { talk, open, problem, ask, vote, beginAnew, isEmpty: id === null && open === null };
}
