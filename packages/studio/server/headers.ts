/** What the pages may load and do: their own scripts and styles, nothing inline and nothing from elsewhere. */
const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'", // Mantine and KaTeX write style attributes; they can load nothing
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join(';');

/**
 * Headers of every answer: what browsers are to refuse (OWASP, HTTP Security Response Headers).
 *
 * @param secure browsers reach the studio by TLS, and are to come by nothing else
 */
export const protectingHeaders = ({ secure }: { secure: boolean }): Readonly<Record<string, string>> => ({
  'content-security-policy': contentPolicy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off', // links in texts would tell their servers who judges
  'x-frame-options': 'SAMEORIGIN',
  ...(secure && { 'strict-transport-security': 'max-age=31536000; includeSubDomains' }),
});
