/**
 * How many words and signs a text has in the manner of the Penn Treebank (Marcus, Santorini and Marcinkiewicz 1993):
 * punctuation, brackets and quotation marks count one each, contractions (`isn't`, `they'll`) two. A full stop is a sign
 * of its own only where a sentence ends.
 */
export const treebankWords = (text: string): number =>
  sentences(text).reduce((count, sentence) => count + tokens(sentence), 0);

const abbreviation = /(?:\b(?:mr|mrs|ms|dr|prof|st|vs|etc|inc|jr|sr|no|fig|e\.g|i\.e)|\b\p{L})\.["')\]]*$/iu;

/** Cuts after a full stop, exclamation or question mark that another sentence may follow. */
function sentences(text: string): string[] {
  const result: string[] = [];
  let rest = '';
  for (const piece of text.split(/(?<=[.!?]["'”’)\]]*)\s+/u)) {
    rest = rest ? `${rest} ${piece}` : piece;
    if (abbreviation.test(rest)) continue;
    result.push(rest);
    rest = '';
  }
  return rest ? [...result, rest] : result;
}

function tokens(sentence: string): number {
  const spaced = sentence
    .replace(/`+/g, ' $& ') // a run is two at a time, apart from what follows: ```python is three
    .replace(/\.{2,}|--|``|''|[;@#$%&?!"«“‘„»”’()[\]{}<>]/gu, ' $& ')
    .replace(/[:,](?!\d)/g, ' $& ')
    .replace(/(?<=[^.\s])\.(?=[\])}>"'”’\s]*$)/u, ' . ')
    .replace(/(?<=\w)(?:n't|'(?:s|m|d|ll|re|ve))(?=\s|$)/gi, ' $&')
    .replace(/\bcan(?=not\b)/gi, '$& ');
  return spaced.match(/\S+/gu)?.length ?? 0;
}
