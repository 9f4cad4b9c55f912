import {type Bound, type Part, type Step, type Steps, type Template, TemplateError} from './nodes.js'
import {type Scanner, scannerOf} from './scanner.js'

const TERMINATORS = ' \t\r\n.,[]$@{}'
const WORD = /[\p{L}\p{Nd}_]/u

function isTerminator(char: string): boolean {
  return TERMINATORS.includes(char)
}

/** `'...'` or `"..."` without its quotes; `\n`, `\t` and the like as in Go. */
function unquoted(text: string, quote: string): string {
  const escapes: ReadonlyMap<string, string> = new Map([
    ['n', '\n'],
    ['t', '\t'],
    ['r', '\r'],
    ['a', '\u0007'],
    ['b', '\b'],
    ['f', '\f'],
    ['v', '\v'],
    ['\\', '\\'],
    [quote, quote],
  ])
  return text.replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[\s\S])/g, (_, code: string) => {
    if (code.length > 1) return String.fromCharCode(Number.parseInt(code.slice(1), 16))
    const char = escapes.get(code)
    if (char === undefined) throw new TemplateError(`unquote string ${quote}${text}${quote}: invalid syntax`)
    return char
  })
}

function fieldStep(scanner: Scanner): Step {
  const name = scanner.until(isTerminator)
  return name === '*' ? {step: 'wildcard'} : {step: 'field', name: name.replaceAll('\\', '')}
}

function bound(text: string | undefined): Bound | undefined {
  if (text === undefined || text === '' || text === '-') return undefined
  return {value: Number(text)}
}

/** What stands between brackets: a key, an index, a slice, or several of them. */
function bracketSteps(inside: string): Steps {
  const choices = inside.split(',')
  if (choices.length > 1) return [{step: 'union', of: choices.map(each => bracketSteps(each.trim()))}]
  const [, key] = /^'([^']*)'$/.exec(inside) ?? []
  if (key !== undefined) return actionSteps(`.${key}`)
  const found = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(inside === '*' ? ':' : inside)
  if (found === null) throw new TemplateError(`invalid array index ${inside}`)
  const from = bound(found[1])
  const to: Bound | undefined =
    found[2] === undefined ? {value: (from?.value ?? 0) + 1, derived: true} : bound(found[2].slice(1))
  return [{step: 'slice', from, to, by: bound(found[3]?.slice(1))}]
}

/** The text of a filter up to its closing parenthesis; one in quotes does not count. */
function filterText(scanner: Scanner): string {
  let text = ''
  let quote = ''
  while (!scanner.done()) {
    const char = scanner.peek()
    if (char === '\n') break
    scanner.skip(1)
    if (char === ')' && quote === '') {
      if (scanner.peek() !== ']') throw new TemplateError('unclosed array expect ]')
      scanner.skip(1)
      return text
    }
    if (quote === '' && (char === '"' || char === "'")) quote = char
    else if (char === quote && !text.endsWith('\\')) quote = ''
    text += char
  }
  throw new TemplateError('unterminated filter')
}

function filterStep(scanner: Scanner): Step {
  scanner.skip('[?('.length)
  const text = filterText(scanner)
  const found = /^([^!<>=]+)([!<>=]+)([\s\S]+)$/.exec(text)
  if (found === null) return {step: 'filter', left: actionSteps(text), operator: 'exists', right: []}
  const [, left = '', operator = '', right = ''] = found
  return {step: 'filter', left: actionSteps(left), operator, right: actionSteps(right)}
}

function numberStep(scanner: Scanner): Step {
  const sign = '+-'.includes(scanner.peek()) ? scanner.peek() : ''
  scanner.skip(sign.length)
  const digits = scanner.until(char => !/[\d.]/.test(char))
  const value = Number(sign + digits)
  if (digits === '' || Number.isNaN(value)) throw new TemplateError(`cannot parse number ${sign}${digits}`)
  return {step: 'constant', value}
}

function wordStep(scanner: Scanner): Step {
  const name = scanner.until(isTerminator)
  if (name === 'true' || name === 'false') return {step: 'constant', value: name === 'true'}
  return {step: 'identifier', name}
}

function recursiveSteps(scanner: Scanner, before: Step | undefined): Steps {
  if (before?.step === 'recursive') throw new TemplateError('invalid multiple recursive descent')
  scanner.skip(2)
  return WORD.test(scanner.peek()) ? [{step: 'recursive'}, fieldStep(scanner)] : [{step: 'recursive'}]
}

/** The steps that begin at the scanner's place; none for a blank, `$` or `@`. */
function nextSteps(scanner: Scanner, before: Step | undefined): Steps {
  const char = scanner.peek()
  if (scanner.startsWith('[?(')) return [filterStep(scanner)]
  if (scanner.startsWith('..')) return recursiveSteps(scanner, before)
  if (' @$'.includes(char)) {
    scanner.skip(1)
    return []
  }
  if (char === '[') {
    scanner.skip(1)
    return bracketSteps(scanner.through(']', 'array'))
  }
  if (char === '"' || char === "'") {
    scanner.skip(1)
    return [{step: 'text', text: unquoted(scanner.through(char, 'quoted string'), char)}]
  }
  if (char === '.') {
    scanner.skip(1)
    return [fieldStep(scanner)]
  }
  if (/[+\-\d]/.test(char)) return [numberStep(scanner)]
  if (WORD.test(char)) return [wordStep(scanner)]
  throw new TemplateError(`unrecognized character in action: ${JSON.stringify(char)}`)
}

function stepsUntilBrace(scanner: Scanner): Steps {
  const steps: Step[] = []
  while (!scanner.startsWith('}')) {
    if (scanner.done() || scanner.peek() === '\n') throw new TemplateError('unclosed action')
    steps.push(...nextSteps(scanner, steps.at(-1)))
  }
  scanner.skip(1)
  return steps
}

/** The steps of an action without its braces. */
function actionSteps(text: string): Steps {
  return stepsUntilBrace(scannerOf(`${text}}`))
}

/**
 * Parses a JSONPath template of kubectl (https://kubernetes.io/docs/reference/kubectl/jsonpath/); throws a TemplateError where kubectl refuses it.
 */
export function parseTemplate(text: string): Template {
  const parts: Part[] = []
  let rest = text
  while (rest !== '') {
    const brace = rest.indexOf('{')
    const plain = brace < 0 ? rest : rest.slice(0, brace)
    if (plain !== '') parts.push({part: 'text', text: plain})
    if (brace < 0) break
    const scanner = scannerOf(rest.slice(brace + 1))
    parts.push({part: 'action', steps: stepsUntilBrace(scanner)})
    rest = scanner.until(() => false)
  }
  return parts
}
