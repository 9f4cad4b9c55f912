import {createHash} from 'node:crypto'
import type {Doc} from '../doc.js'
import {PAGE_SCRIPT, PAGE_STYLE} from './assets.js'
import {docMarkup} from './doc-markup.js'
import {escapeHtml, type Html, html, markupText} from './markup.js'

/** A page: its title and what it is about, the ids and names of its sections, and its content. */
interface PageParts {
  readonly title: string
  readonly subtitle: string
  readonly sections: readonly (readonly [id: string, name: string])[]
  readonly body: Html
  /** What made it, for its foot. */
  readonly made: string
  /** Set for a served page: how often it asks for its new state, in seconds. */
  readonly refresh?: number | undefined
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

/**
 * The policy of every page (Content Security Policy, W3C): its own style and script, by their hashes, and nothing else; `'self'` lets a served page
 * fetch itself again and is nothing for a file.
 */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src ${hashOf(PAGE_STYLE)}`,
  `script-src ${hashOf(PAGE_SCRIPT)}`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/** A whole page as text: style and script are within, nothing is requested from anywhere. */
export function pageText({title, subtitle, sections, body, made, refresh}: PageParts): string {
  const links = sections.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)
  const content = html`<a class="skip" href="#main">Skip to the content</a><header><div><h1>${title}</h1><p id="subtitle">${subtitle}</p></div>${refresh === undefined ? undefined : html`<p id="refresh" role="status" data-seconds="${refresh}">Refreshed every ${refresh} s</p>`}<button type="button" id="theme">Theme: system</button></header>${sections.length === 0 ? undefined : html`<nav aria-label="Sections"><ul>${links}</ul></nav>`}<main id="main" tabindex="-1">${body}</main><footer>Made by ${made}.${refresh === undefined ? ' This page requests nothing from anywhere.' : ' This page requests nothing but itself.'}</footer>`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${escapeHtml(PAGE_POLICY)}"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer"><link rel="icon" href="data:,"><title>${escapeHtml(`${title}: ${subtitle}`)}</title><style>${PAGE_STYLE}</style></head>
<body>${markupText(content)}<script>${PAGE_SCRIPT}</script></body></html>
`
}

/** A document as a page of its own, with the lines that would go to standard error above it. */
export function docPage(title: string, subtitle: string, remarks: readonly string[], doc: Doc, made: string): string {
  const notes =
    remarks.length === 0
      ? undefined
      : html`<div class="gaps" role="note"><ul>${remarks.map(each => html`<li>${each}</li>`)}</ul></div>`
  const body = html`${notes}<section aria-label="${title}">${docMarkup(doc)}</section>`
  return pageText({title, subtitle, sections: [], body, made})
}
