/** What the characters that meshctl draws with are in ASCII. */
const ASCII: ReadonlyMap<string, string> = new Map([
  ['├', '|'],
  ['└', '`'],
  ['┌', '+'],
  ['┐', '+'],
  ['┘', '+'],
  ['┬', '+'],
  ['┴', '+'],
  ['┼', '+'],
  ['┤', '+'],
  ['│', '|'],
  ['─', '-'],
  ['…', '...'],
  ['→', '->'],
  ['←', '<-'],
  ['✔', 'ok'],
  ['✖', 'x'],
  ['✘', 'x'],
  ['·', '-'],
  ['×', 'x'],
  ['≤', '<='],
  ['≥', '>='],
  ['–', '-'],
])

const DRAWN = new RegExp(`[${[...ASCII.keys()].join('')}]`, 'g')

/** Text for a locale without Unicode: lines, arrows and marks in ASCII, other characters as they are. */
export function inAscii(text: string): string {
  return text.replace(DRAWN, char => ASCII.get(char) ?? char)
}

/** True when the locale names a character set that is not UTF-8, as `C` does (POSIX, locale(7)); false when none is set. */
export function isAsciiLocale(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = [env.LC_ALL, env.LC_CTYPE, env.LANG].find(each => each !== undefined && each !== '')
  return locale !== undefined && !/utf-?8/i.test(locale)
}
