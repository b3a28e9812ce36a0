/**
 * GPT-2's way to write bytes as visible characters (Radford et al. 2019): printable Latin-1 bytes stand for themselves,
 * the other 68 for the characters from U+0100 on, in order. `byteCharacters[b]` is the character of byte b.
 */
export const byteCharacters: readonly string[] = (() => {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isPrintable(byte) ? byte : next++));
})();

const characterBytes = new Map(byteCharacters.map((character, byte) => [character, byte]));

/** The bytes behind a byte-level token, or nothing if it has a character that stands for no byte. */
export function bytesOfToken(token: string): Uint8Array | undefined {
  const bytes = [...token].map((character) => characterBytes.get(character));
  return bytes.includes(undefined) ? undefined : Uint8Array.from(bytes as number[]);
}

/** Bytes as a byte-level token. */
export const tokenOfBytes = (bytes: Iterable<number>): string =>
  Array.from(bytes, (byte) => byteCharacters[byte]!).join('');

function isPrintable(byte: number): boolean {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad);
}
