import type {Doc} from '../doc.js'
import {docMarkup} from './doc-markup.js'
import {html} from './markup.js'
import {pageText} from './page.js'

/** A document as a page of its own, with the lines that would go to standard error above it. */
export function docPage(title: string, subtitle: string, remarks: readonly string[], doc: Doc, made: string): string {
  const notes =
    remarks.length === 0
      ? undefined
      : html`<div class="gaps" role="note"><ul>${remarks.map(each => html`<li>${each}</li>`)}</ul></div>`
  const body = html`${notes}<section aria-label="${title}">${docMarkup(doc)}</section>`
  return pageText({title, subtitle, sections: [], body, made})
}
