/** The text of a cell; a dash where there is none. */
export function orDash(text: string | undefined): string {
  return text === undefined || text === '' ? '-' : text
}
