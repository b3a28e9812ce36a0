/** The tags of a page, in order: what a browser would make elements of, and the names of their attributes. */
export const structure = (page: string): string[] =>
  page
    .replace(/<style>.*?<\/style>/s, '')
    .match(/<[^>]*>/g)!
    .map((tag) => tag.replace(/"[^"]*"/g, '""'));

/** Texts that would be more than text in a page that does not escape them. */
export const hostile: readonly string[] = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '"><svg onload=alert(1)>',
  "' onmouseover='alert(1)",
  '</style><script>',
  '</title><iframe src="//x">',
  '<!-- ',
  ']]>',
  '&lt;b&gt;',
  '[a](javascript:alert(1))',
  '\u0000\u202e',
];
