import {CHAR_PX, type GraphLayout, LINE_PX, type PlacedBox, type PlacedLink} from './graph-layout.js'
import {type Html, html} from './markup.js'

/** How a box is shown: where it leads, its look, and what a pointer resting on it shows. */
interface BoxLook {
  readonly href: string
  readonly look: string
  readonly title: string
  /** The element's id, to find the box by. */
  readonly id: string
}

interface LinkLook {
  readonly look: string
  readonly title: string
}

function lineOf(text: string, x: number, y: number, look: string): Html {
  return html`<text class="${look}" x="${x}" y="${y}" textLength="${Math.max(1, Math.round(text.length * CHAR_PX))}" lengthAdjust="spacingAndGlyphs">${text}</text>`
}

function boxMarkup({x, y, width, height, lines}: PlacedBox, {href, look, title, id}: BoxLook): Html {
  const texts = lines.map(
    (text, at) => html` ${lineOf(text, x + 10, y + 17 + at * LINE_PX, at === 0 ? 'name' : 'more')}`,
  )
  return html`<a href="${href}" id="${id}" class="box ${look}" aria-label="${[title, ...lines].join(' ')}"><title>${title}</title><rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>${texts}</a>`
}

function path(points: PlacedLink['points']): string {
  return points.map(({x, y}, at) => `${at === 0 ? 'M' : 'L'}${x} ${y}`).join('')
}

function lineMarkup({points}: PlacedLink, {look, title}: LinkLook, arrow: string): Html {
  return html`<g class="link ${look}"><title>${title}</title><path d="${path(points)}" marker-end="url(#${arrow})"/></g>`
}

/** Labels are drawn over every line, so that none is crossed out. */
function labelMarkup({place, label}: PlacedLink, {look}: LinkLook): Html | undefined {
  if (place === undefined) return undefined
  return html`<g class="link ${look}"><rect class="label" x="${place.x}" y="${place.y}" width="${place.width}" height="${place.height}"/>${lineOf(label, place.x + 3, place.y + 12, 'label')}</g>`
}

/** A placed graph as a drawing whose boxes are links; `name` says what it shows. */
export function graphSvg(
  id: string,
  name: string,
  {width, height, boxes, links}: GraphLayout,
  boxLook: (box: PlacedBox) => BoxLook,
  linkLook: (link: PlacedLink) => LinkLook,
): Html {
  const arrow = `${id}-arrow`
  return html`<div class="scroll drawing" tabindex="0" role="group" aria-label="${name} (scrolls)"><svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="group" aria-label="${name}"><defs><marker id="${arrow}" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>${links.map(link => lineMarkup(link, linkLook(link), arrow))}${links.map(link => labelMarkup(link, linkLook(link)))}${boxes.map(box => boxMarkup(box, boxLook(box)))}</svg></div>`
}
