import type {Block, Cell, Doc, Line, Table, TreeNode} from '../doc.js'
import {type Html, html} from './markup.js'

function cell(each: Cell): Html {
  return typeof each === 'string' ? html`${each}` : html`<span class="tone-${each.tone}">${each.text}</span>`
}

function line(each: Line): Html {
  if (typeof each === 'object' && 'prose' in each) {
    const {prose, tone, first} = each
    return html`${cell(first)}${cell(tone === undefined ? prose : {text: prose, tone})}`
  }
  const cells = Array.isArray(each) ? (each as readonly Cell[]) : [each as Cell]
  return html`${cells.map(cell)}`
}

function table({header, rows}: Table): Html {
  const head =
    header === undefined
      ? undefined
      : html`<thead><tr>${header.map(text => html`<th scope="col">${text}</th>`)}</tr></thead>`
  const body = rows.map(row => html`<tr>${row.map(each => html`<td>${cell(each)}</td>`)}</tr>`)
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Table (scrolls)"><table>${head}<tbody>${body}</tbody></table></div>`
}

function node({label, detail = [], children = []}: TreeNode): Html {
  const below = children.length === 0 ? undefined : html`<ul>${children.map(node)}</ul>`
  return html`<li>${label.map(cell)} ${detail.map(cell)}${below}</li>`
}

function block(each: Block): Html {
  switch (each.block) {
    case 'table':
      return table(each)
    case 'text':
      return html`<pre>${each.lines.map(one => html`${line(one)}\n`)}</pre>`
    case 'heading':
      return html`<h2>${each.text}</h2>`
    case 'fields':
      return html`<dl>${each.fields.map(([name, value]) => html`<dt>${name}</dt><dd>${cell(value)}</dd>`)}</dl>`
    case 'tree':
      return html`<ul class="tree">${each.roots.map(node)}</ul>`
  }
}

/** A document as markup: tables, trees and paragraphs, escaped. */
export function docMarkup(doc: Doc): Html {
  return html`${doc.map(block)}`
}
