import { useLayoutEffect, useRef } from 'react';

/** What a key does. Keys are named by their place, as `KeyU`, so that they work with every layout and input method. */
export type KeyMap = Readonly<Record<string, () => void>>;

const KEPT = 'attune.keys';

/** Whether single keys do anything at all: some who dictate, or whose hands shake, are better off without. */
export const keysAreOn = (): boolean => localStorage.getItem(KEPT) !== 'off';
export const switchKeys = (on: boolean): void => localStorage.setItem(KEPT, on ? 'on' : 'off');

/** Listens on the whole page for keys as `KeyU`, `Shift+Digit1` and, by what it writes, `?`; but never to those meant for a field. */
export function useKeys(keys: KeyMap, isOn: boolean): void {
  const current = useRef(keys);
  current.current = keys;
  useLayoutEffect(() => {
    // before anything is painted: no key is lost that was pressed at the first sight
    if (!isOn) return;
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
      if (isMeantForField(event)) return;
      const act = current.current[event.key] ?? current.current[`${event.shiftKey ? 'Shift+' : ''}${event.code}`];
      if (!act) return;
      event.preventDefault();
      act();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [isOn]);
}

function isMeantForField({ target, code }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const isRadio = target instanceof HTMLInputElement && target.type === 'radio';
  if (isRadio) return code.startsWith('Arrow') || code === 'Space';
  return target.isContentEditable || target.matches('input, textarea, select');
}
