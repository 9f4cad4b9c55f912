import {all, byId} from './find.js'

interface Wanted {
  readonly words: string
  readonly home: string
  readonly kinds: ReadonlySet<string> | undefined
}

function wantedBy(form: HTMLFormElement): Wanted {
  const boxes = all(form, 'input[type=checkbox]', HTMLInputElement)
  const [words] = all(form, 'input[type=search]', HTMLInputElement)
  const [home] = all(form, 'select', HTMLSelectElement)
  return {
    words: (words?.value ?? '').trim().toLowerCase(),
    home: home?.value ?? '',
    kinds: boxes.length === 0 ? undefined : new Set(boxes.filter(each => each.checked).map(each => each.value)),
  }
}

/** What a person searches of an item: its own text, that of its evidence, and the name of its group. */
function textOf(item: HTMLElement): string {
  const evidence = item.nextElementSibling
  const below = evidence?.classList.contains('evidence') === true ? (evidence.textContent ?? '') : ''
  const group = item.closest('[data-group]')?.querySelector('summary')?.textContent ?? ''
  return `${item.textContent ?? ''} ${below} ${group}`.toLowerCase()
}

function apply(form: HTMLFormElement): void {
  const list = byId(form.dataset.list ?? '', HTMLElement)
  if (list === undefined) return
  const {words, home, kinds} = wantedBy(form)
  const items = all(list, '[data-kind], tr[data-home]', HTMLElement)
  let shown = 0
  for (const item of items) {
    const {kind, home: own} = item.dataset
    const fits =
      (kinds === undefined || kind === undefined || kinds.has(kind)) &&
      (home === '' || own === undefined || own === home) &&
      (words === '' || textOf(item).includes(words))
    item.hidden = !fits
    const evidence = item.nextElementSibling
    if (evidence instanceof HTMLElement && evidence.classList.contains('evidence')) evidence.hidden = !fits
    if (fits) shown += 1
  }
  for (const group of all(list, '[data-group]', HTMLElement)) {
    group.hidden = all(group, '[data-kind]', HTMLElement).every(each => each.hidden)
  }
  const output = form.querySelector('output')
  if (output !== null) output.textContent = `${shown} of ${items.length} shown`
}

/** The form that filters a list. */
function filterOf(list: string): HTMLFormElement | undefined {
  return all(document, 'form[data-list]', HTMLFormElement).find(each => each.dataset.list === list)
}

/** Sets the filter of a list to some kinds, or to everything. */
export function setKinds(list: string, kinds: readonly string[] | undefined): void {
  const form = filterOf(list)
  if (form === undefined) return
  for (const box of all(form, 'input[type=checkbox]', HTMLInputElement))
    box.checked = kinds === undefined || kinds.includes(box.value)
  for (const input of all(form, 'input[type=search], select', HTMLElement))
    if (input instanceof HTMLInputElement || input instanceof HTMLSelectElement) input.value = ''
  apply(form)
}

/** Filters above lists; called again when the lists are new. */
export function bindFilters(): void {
  for (const form of all(document, 'form[data-list]', HTMLFormElement)) {
    form.addEventListener('input', () => apply(form))
    form.addEventListener('submit', event => event.preventDefault())
    apply(form)
  }
}

/** Numbers that lead to a list filtered to what they count. */
export function startFilters(): void {
  bindFilters()
  document.addEventListener('click', event => {
    const link = event.target instanceof Element ? event.target.closest('[data-filter]') : null
    if (link instanceof HTMLElement) setKinds(link.dataset.filter ?? '', (link.dataset.kinds ?? '').split(' '))
  })
}
