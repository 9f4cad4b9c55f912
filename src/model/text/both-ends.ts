/** The beginning and the end of a text longer than `most` characters, with an ellipsis between: errors of Go put the innermost cause last. */
export function bothEnds(text: string, most = 320): string {
  if (text.length <= most) return text
  const head = Math.floor(most / 3)
  return `${text.slice(0, head)} … ${text.slice(-(most - head))}`
}
