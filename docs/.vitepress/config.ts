import { defineConfig, type MarkdownOptions } from 'vitepress';
import { headingSlug } from './heading-slug.ts';
import { siteLink } from './repository.ts';
import { SIDEBAR } from './sidebar.ts';

type MarkdownIt = Parameters<NonNullable<MarkdownOptions['config']>>[0];

/** Links that lead out of `docs` go to pages of the site. If there is no such page, the text stays without a link. */
function leadOutside(markdown: MarkdownIt): void {
  markdown.core.ruler.push('lead-outside', ({ tokens, env }) => {
    for (const { children } of tokens) {
      let isUnlinked = false;
      for (const token of children ?? []) {
        if (token.type === 'link_open') {
          const link = token.attrGet('href') ?? '';
          if (/^(#|https?:|mailto:)/.test(link)) continue;
          const target = siteLink(env.relativePath, link);
          if (target !== undefined) token.attrSet('href', target);
          else {
            isUnlinked = true;
            token.type = 'text';
            token.content = '';
          }
        } else if (token.type === 'link_close' && isUnlinked) {
          isUnlinked = false;
          token.type = 'text';
          token.content = '';
        }
      }
    }
  });
}

export default defineConfig({
  title: 'express-mcp-gateway',
  description: 'The MCP gateway that lives inside an Express app.',
  lang: 'en',
  // No icon: a browser would look for one at the root.
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  markdown: {
    anchor: { slugify: headingSlug },
    toc: { slugify: headingSlug },
    config: leadOutside,
  },
  themeConfig: {
    sidebar: SIDEBAR as never,
    outline: [2, 3],
    search: { provider: 'local' },
    nav: [
      { text: 'Options', link: '/reference/options' },
      { text: 'Errors', link: '/reference/errors' },
      { text: 'Troubleshooting', link: '/troubleshooting' },
    ],
  },
});
