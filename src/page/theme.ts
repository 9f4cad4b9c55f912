import {byId} from './find.js'

const THEMES = ['system', 'light', 'dark'] as const
const KEY = 'meshctl-theme'

type Theme = (typeof THEMES)[number]

function remembered(): Theme {
  try {
    const kept = localStorage.getItem(KEY)
    return THEMES.find(each => each === kept) ?? 'system'
  } catch {
    // A page opened from a file may not have any storage.
    return 'system'
  }
}

function show(theme: Theme, button: HTMLButtonElement): void {
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
  button.textContent = `Theme: ${theme}`
}

/** The button that goes through the themes; the choice is kept where the browser lets a page keep something. */
export function startTheme(): void {
  const button = byId('theme', HTMLButtonElement)
  if (button === undefined) return
  let theme = remembered()
  show(theme, button)
  button.addEventListener('click', () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system'
    show(theme, button)
    try {
      localStorage.setItem(KEY, theme)
    } catch {
      // Then it lasts as long as the page.
    }
  })
}
