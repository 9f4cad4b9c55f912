import {setOpen} from './evidence.js'
import {bindFilters} from './filters.js'
import {all, byId} from './find.js'
import {bindGraph, showView} from './graph.js'

type Field = HTMLInputElement | HTMLSelectElement

function fields(): readonly Field[] {
  return all(document, 'main input, main select', HTMLElement).filter(
    (each): each is Field => each instanceof HTMLInputElement || each instanceof HTMLSelectElement,
  )
}

function keyOf(field: Field): string {
  const form = field.closest('form')
  const value = field instanceof HTMLInputElement && field.type === 'checkbox' ? field.value : ''
  return [form?.dataset.list ?? 'graph', field.name, value].join(' ')
}

/** What a person has opened, filtered and chosen, to be set again in the new content. */
function kept(): () => void {
  const opened = new Map(all(document, 'main details[id]', HTMLDetailsElement).map(each => [each.id, each.open]))
  const rows = all(document, 'button.open[aria-expanded=true]', HTMLButtonElement).map(each =>
    each.getAttribute('aria-controls'),
  )
  const values = new Map(
    fields().map(each => [
      keyOf(each),
      each instanceof HTMLInputElement && each.type === 'checkbox' ? each.checked : each.value,
    ]),
  )
  const view = document.querySelector('.view.current')?.id
  const focused = document.activeElement?.id ?? ''
  return () => {
    for (const each of all(document, 'main details[id]', HTMLDetailsElement))
      each.open = opened.get(each.id) ?? each.open
    for (const each of all(document, 'button.open', HTMLButtonElement))
      if (rows.includes(each.getAttribute('aria-controls'))) setOpen(each, true)
    for (const each of fields()) {
      const value = values.get(keyOf(each))
      if (typeof value === 'boolean' && each instanceof HTMLInputElement) each.checked = value
      else if (typeof value === 'string') each.value = value
    }
    bindFilters()
    bindGraph()
    if (view !== undefined && byId(view, HTMLElement) !== undefined) showView(view)
    byId(focused, HTMLElement)?.focus({preventScroll: true})
  }
}

function show(text: string): void {
  const next = new DOMParser().parseFromString(text, 'text/html')
  const [main, subtitle] = [next.getElementById('main'), next.getElementById('subtitle')]
  const here = byId('main', HTMLElement)
  if (main === null || here === undefined) return
  const restore = kept()
  here.replaceChildren(...main.childNodes)
  const title = byId('subtitle', HTMLElement)
  if (title !== undefined) title.textContent = subtitle?.textContent ?? ''
  restore()
}

/** Asks a served page for its new state again and again; says since when it could not. */
export function startRefresh(): void {
  const status = byId('refresh', HTMLElement)
  const seconds = Number(status?.dataset.seconds ?? '')
  if (status === undefined || !(seconds > 0)) return
  let tag = ''
  const ask = async () => {
    try {
      const answer = await fetch(location.pathname, {
        cache: 'no-store',
        headers: tag === '' ? {} : {'if-none-match': tag},
      })
      if (answer.status === 200) show(await answer.text())
      if (answer.status !== 200 && answer.status !== 304) throw new Error(await answer.text())
      tag = answer.headers.get('etag') ?? ''
      status.textContent = `Refreshed every ${seconds} s, last at ${new Date().toLocaleTimeString()}`
      status.classList.remove('tone-bad')
    } catch (error) {
      const since = status.classList.contains('tone-bad') ? '' : ` since ${new Date().toLocaleTimeString()}`
      if (since !== '')
        status.textContent = `Not refreshed${since}: ${error instanceof Error ? error.message : String(error)}`
      status.classList.add('tone-bad')
    }
    setTimeout(() => void ask(), seconds * 1000)
  }
  setTimeout(() => void ask(), seconds * 1000)
}
