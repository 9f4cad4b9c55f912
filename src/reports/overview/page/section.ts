import {type Answer, gapSentence} from '../../../model/evidence/answer.js'
import type {Tone} from '../../../terminal/doc.js'
import {type Html, html, type Piece} from '../../../terminal/html/markup.js'

/** A section of the page, reached by its id. */
export function section(id: string, title: string, intro: Piece, body: Piece): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title" tabindex="-1">${title}</h2><p class="intro">${intro}</p>${body}</section>`
}

/** A section made of an answer; one that is missing says why instead. */
export function answeredSection<T>(
  id: string,
  title: string,
  answer: Answer<T>,
  intro: (value: T) => Piece,
  body: (value: T) => Piece,
): Html {
  if (answer.ok) return section(id, title, intro(answer.value), body(answer.value))
  return section(id, title, html`<strong class="tone-warn">Not checked:</strong> ${gapSentence(answer.gap)}`, '')
}

/** A word with its colour; the word itself says what the colour says. */
export function badge(text: string, tone: Tone): Html {
  return html`<span class="badge badge-${tone}">${text}</span>`
}

interface Choice {
  readonly value: string
  readonly text: string
  readonly checked: boolean
}

/** The filter above a list: words, and kinds to show. The items are the elements with `data-kind` in `list`. */
export function filterBar(list: string, what: string, choices: readonly Choice[], namespaces: readonly string[]): Html {
  const kinds = choices.map(
    ({value, text, checked}) =>
      html`<label><input type="checkbox" name="kind" value="${value}"${checked ? html` checked` : ''}> ${text}</label>`,
  )
  const homes =
    namespaces.length < 2
      ? undefined
      : html`<label>Namespace <select name="home"><option value="">all</option>${namespaces.map(each => html`<option>${each}</option>`)}</select></label>`
  return html`<form class="filter" data-list="${list}" role="search" aria-label="Filter ${what}"><label>Filter <input type="search" name="words" autocomplete="off" spellcheck="false"></label>${homes}${kinds}<output aria-live="polite"></output></form>`
}

/** The button in the first cell of a row that opens the row of its evidence. */
export function opener(id: string, text: string): Html {
  return html`<button type="button" class="open" aria-expanded="false" aria-controls="${id}">${text}</button>`
}

/** The row of evidence below a row of a table. */
export function evidenceRow(id: string, columns: number, body: Piece): Html {
  return html`<tr class="evidence" id="${id}" tabindex="-1"><td colspan="${columns}">${body}</td></tr>`
}

/** A table that scrolls within the page when it is wider. */
export function table(name: string, header: readonly Piece[], rows: Piece, id?: string): Html {
  const head = header.map(each => html`<th scope="col">${each}</th>`)
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${name} (scrolls)"><table${id === undefined ? '' : html` id="${id}"`}><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div>`
}

/** Sentences as a list; nothing for none. */
export function sentences(all: readonly string[]): Piece {
  return all.length === 0 ? undefined : html`<ul>${all.map(each => html`<li>${each}</li>`)}</ul>`
}
