import {all, byId} from './find.js'

/** Shows one drawing of the graph and hides the others. */
export function showView(id: string): void {
  for (const view of all(document, '.view', HTMLElement)) view.classList.toggle('current', view.id === id)
  const [choice] = all(document, '.graph-controls select', HTMLSelectElement)
  if (choice !== undefined) choice.value = id
}

function go(name: string, form: HTMLFormElement): void {
  const options = all(form, 'datalist option', HTMLOptionElement)
  const wanted = name.trim().toLowerCase()
  const output = form.querySelector('output')
  const option =
    options.find(each => each.value.toLowerCase() === wanted) ??
    options.find(each => each.value.toLowerCase().startsWith(wanted)) ??
    options.find(each => each.value.toLowerCase().includes(wanted))
  const box = wanted === '' ? undefined : byId(option?.dataset.box ?? '', SVGElement)
  if (output !== null)
    output.textContent = wanted === '' ? '' : box === undefined ? 'no such service' : `showing ${option?.value ?? ''}`
  if (box === undefined) return
  const view = box.closest('.view')
  if (view !== null) showView(view.id)
  for (const each of all(document, '.box.found', Element)) each.classList.remove('found')
  box.classList.add('found')
  box.scrollIntoView({block: 'center', inline: 'center'})
  box.focus({preventScroll: true})
}

/** The drawings of the graph: one at a time, and a search that leads to a service in one step. */
export function bindGraph(): void {
  const [form] = all(document, '.graph-controls', HTMLFormElement)
  const [first] = all(document, '.view', HTMLElement)
  if (form === undefined || first === undefined) return
  showView(first.id)
  const [choice] = all(form, 'select', HTMLSelectElement)
  choice?.addEventListener('change', () => showView(choice.value))
  const [search] = all(form, 'input', HTMLInputElement)
  form.addEventListener('submit', event => {
    event.preventDefault()
    go(search?.value ?? '', form)
  })
  // A name picked from the list is whole.
  search?.addEventListener('change', () => go(search.value, form))
}
