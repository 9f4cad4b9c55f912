import {setKinds} from './filters.js'
import {all, byId} from './find.js'
import {showView} from './graph.js'

/** Opens or closes the row of evidence of a button. */
export function setOpen(button: HTMLButtonElement, open: boolean): void {
  button.setAttribute('aria-expanded', String(open))
  byId(button.getAttribute('aria-controls') ?? '', HTMLElement)?.classList.toggle('shown', open)
}

function openerOf(row: HTMLElement): HTMLButtonElement | undefined {
  return all(document, 'button.open', HTMLButtonElement).find(each => each.getAttribute('aria-controls') === row.id)
}

/** Opens everything around an element, shows it if a filter hides it, and puts the focus on it. */
function reveal(id: string): void {
  const element = byId(id, Element)
  if (element === undefined) return
  if (element.classList.contains('view')) showView(id)
  const list = element.closest('[id$="-list"]')
  if (list !== null && element.closest('[hidden]') !== null) setKinds(list.id, undefined)
  for (let each: Element | null = element; each !== null; each = each.parentElement)
    if (each instanceof HTMLDetailsElement) each.open = true
  if (element instanceof HTMLElement && element.classList.contains('evidence')) {
    const button = openerOf(element)
    if (button !== undefined) setOpen(button, true)
  }
  const [title] =
    element instanceof HTMLDetailsElement ? all(element, 'summary', HTMLElement) : all(element, 'h2', HTMLElement)
  const target = title ?? element
  if (target instanceof HTMLElement) target.focus({preventScroll: true})
  element.scrollIntoView({block: 'start'})
}

/** Rows that open their evidence, links that lead to it, and everything open in print. */
export function startEvidence(): void {
  document.addEventListener('click', event => {
    const button = event.target instanceof Element ? event.target.closest('button.open') : null
    if (button instanceof HTMLButtonElement) setOpen(button, button.getAttribute('aria-expanded') !== 'true')
    const link = event.target instanceof Element ? event.target.closest('a[href^="#"]') : null
    // A link to where the page already is changes no address.
    if (link !== null && link.getAttribute('href') === location.hash) reveal(location.hash.slice(1))
  })
  window.addEventListener('hashchange', () => reveal(location.hash.slice(1)))
  const closed: HTMLDetailsElement[] = []
  window.addEventListener('beforeprint', () => {
    for (const each of all(
      document,
      '#findings details:not([open]), #traces details:not([open])',
      HTMLDetailsElement,
    )) {
      each.open = true
      closed.push(each)
    }
  })
  window.addEventListener('afterprint', () => {
    for (const each of closed.splice(0)) each.open = false
  })
  if (location.hash !== '') reveal(location.hash.slice(1))
}
