import 'katex/dist/katex.min.css';
import { Anchor, Text, Typography } from '@mantine/core';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import ReactMarkdown, { type Components } from 'react-markdown';
import rehypeKatex from 'rehype-katex';
import rehypeSanitize, { defaultSchema } from 'rehype-sanitize';
import remarkGfm from 'remark-gfm';
import remarkMath from 'remark-math';
import classes from './Markdown.module.css';
import { rawHtmlAsText } from './rawHtmlAsText.ts';

/** What may stand in a text: the usual elements, and the classes by which KaTeX finds its formulas. */
const schema = {
  ...defaultSchema,
  attributes: { ...defaultSchema.attributes, code: [['className', /^language-./, 'math-inline', 'math-display']] },
} satisfies typeof defaultSchema;

/** KaTeX comes after sanitizing: it makes its own elements and attributes from text, and trusts none of its commands. */
const rehypePlugins = [
  [rehypeSanitize, schema],
  [rehypeKatex, { throwOnError: false, strict: 'ignore', trust: false, maxSize: 20, maxExpand: 500 }],
] as Parameters<typeof ReactMarkdown>[0]['rehypePlugins'];
const remarkPlugins = [remarkGfm, remarkMath, rawHtmlAsText];

/** Markdown with tables, task lists and mathematics. */
export const Markdown = memo(function Markdown({ text }: { text: string }) {
  return (
    <Typography className={classes.text} dir="auto">
      <ReactMarkdown remarkPlugins={remarkPlugins} rehypePlugins={rehypePlugins} components={components}>
        {text}
      </ReactMarkdown>
    </Typography>
  );
});

const components: Components = {
  /** Leads out of the studio, in a tab that knows nothing of it; within the studio no text may lead anywhere. */
  a: ({ href = '', children }) =>
    /^(https?|mailto):/i.test(href) ? (
      <Anchor href={href} target="_blank" rel="noopener noreferrer nofollow" title={href}>
        {children}
      </Anchor>
    ) : (
      <span>{children}</span>
    ),
  /** Loading an image would tell its host who judges what, and an image may give its author away. */
  img: ({ src = '', alt = '' }) => <ImagePlaceholder address={String(src)} alt={alt} />,
};

function ImagePlaceholder({ address, alt }: { address: string; alt: string }) {
  const { t } = useTranslation();
  return (
    <Text span className={classes.image}>
      {t('app.image', { alt: alt ? ` “${alt}”` : '', address: address || '?' })}
    </Text>
  );
}
