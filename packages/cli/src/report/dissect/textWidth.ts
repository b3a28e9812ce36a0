/** About how wide a text is drawn, in units of its font's size: a character of Chinese is as wide as high. */
export const textWidth = (text: string): number =>
  [...text].reduce(
    (sum, character) => sum + (/\p{Script=Han}|[\u3000-\u303f\uff00-\uffef]/u.test(character) ? 1 : 0.56),
    0,
  );

/** The widest of some texts, in pixels. */
export const widest = (texts: readonly string[], fontSize: number): number =>
  fontSize * Math.max(0, ...texts.map(textWidth));
