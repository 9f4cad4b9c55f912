/** Objects of Kubernetes are nested less than a hundred deep; a schema of a CustomResourceDefinition somewhat more. */
const MAX_DEPTH = 400
const [OPEN_LIST, CLOSE_LIST, OPEN_MAP, CLOSE_MAP] = [91, 93, 123, 125]

/** A block is nested by its indentation, the dashes of lists among it. */
const TOO_FAR = new RegExp(`^[ ?:-]{${2 * MAX_DEPTH}}`, 'm')

/**
 * True for YAML nested deeper than the recursive parser may be taken: near the end of the call stack V8 does not throw but ends the process when a
 * regular expression is compiled (RegExpCompiler Allocation failed). Brackets within texts count, as long as nothing closes them.
 */
export function isTooDeep(text: string): boolean {
  let open = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === OPEN_LIST || code === OPEN_MAP) open += 1
    else if (code === CLOSE_LIST || code === CLOSE_MAP) open = Math.max(0, open - 1)
    if (open > MAX_DEPTH) return true
  }
  return TOO_FAR.test(text)
}
