import {Parser} from 'htmlparser2'

const BLOCKS = new Set([
  'p',
  'div',
  'br',
  'pre',
  'li',
  'tr',
  'table',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'section',
  'article',
  'ul',
  'ol',
  'blockquote',
  'hr',
  'td',
  'th',
])
const SILENT = new Set(['script', 'style', 'head', 'noscript', 'svg', 'button'])

/** True for text that is HTML, or a piece of it, rather than text with a few angle brackets. */
export function isHtml(text: string): boolean {
  const head = text.slice(0, 4096)
  return /^\s*(<!doctype html|<html|<\?xml|<(pre|div|code|p|body|table|article|section|span)[\s>])/i.test(head)
}

/** The text of an HTML page with its lines as a browser shows them: entities decoded, preformatted text kept, scripts and styles left out. */
export function htmlText(html: string): string {
  const parts: string[] = []
  let silent = 0
  let preformatted = 0
  const parser = new Parser(
    {
      onopentag(name) {
        if (SILENT.has(name)) silent++
        if (name === 'pre' || name === 'textarea') preformatted++
        if (BLOCKS.has(name)) parts.push('\n')
      },
      ontext(text) {
        if (silent > 0) return
        parts.push(preformatted > 0 ? text : text.replace(/(?<![ \t])[ \t]*\n[ \t]*/g, '\n'))
      },
      onclosetag(name) {
        if (SILENT.has(name)) silent = Math.max(0, silent - 1)
        if (name === 'pre' || name === 'textarea') preformatted = Math.max(0, preformatted - 1)
        if (BLOCKS.has(name)) parts.push('\n')
      },
    },
    {decodeEntities: true},
  )
  parser.write(html)
  parser.end()
  return parts.join('').replace(/\n{3,}/g, '\n\n')
}
