import {isEnvironment, isPlainValue, isSecretName} from './names.js'
import {isSecretPlace, TOP, withoutVariable} from './place.js'
import type {Redaction} from './placeholder.js'

interface Level {
  readonly indent: number
  readonly key: string
  /** The value of `name` or `key` beside it. */
  label: string
  /** True for the fields of an item of a list. */
  readonly item: boolean
}

const FIELD = /^([ \t]*(?:- +)*)(["']?)([\w./-]{1,200})\2[ \t]*:(?:[ \t]+(\S.*))?$/

function plain(value: string): string {
  return value.trim().replace(/^(["'])(.*)\1$/, '$2')
}

/** A value with its tag and anchor, which stay, set apart. */
function withoutProperties(value: string): string {
  return value.replace(/^(?:(?:!\S{0,100}|&\S{1,100})\s+){1,2}/, '')
}

/** The items of a list in brackets, hidden one by one. */
function hiddenList(value: string, key: string, redaction: Redaction): string {
  return value.replace(/[^[\],\s"'][^[\],"']*/g, item =>
    isPlainValue(item.trim()) ? item : redaction.put(item.trim(), key),
  )
}

/** A line `- NAME=value` of a list of variables with its value hidden. */
function withoutListedVariable(line: string, lead: string, level: Level | undefined, redaction: Redaction) {
  if (level === undefined || !isEnvironment(level.key)) return undefined
  const hidden = withoutVariable(plain(line.slice(lead.length)), {...TOP, key: level.key, item: true}, redaction)
  return hidden === undefined ? undefined : `${lead}"${hidden}"`
}

/** YAML as text without the values of secrets, its lines kept; what a name alone does not show is found by indentation. */
export function withoutYamlValues(text: string, redaction: Redaction): string {
  const lines = text.split('\n')
  const levels: Level[] = []
  /** The lines of a block scalar that is hidden are left out. */
  let hiddenBelow: number | undefined
  /** A field that is a secret and whose value is on the lines below it. */
  let secretAt: {readonly indent: number; readonly key: string} | undefined
  return lines
    .flatMap(line => {
      const indentOf = line.search(/\S/)
      if (hiddenBelow !== undefined && (indentOf < 0 || indentOf > hiddenBelow)) return []
      hiddenBelow = undefined
      const found = FIELD.exec(line.replace(/\r$/, ''))
      if (found === null) {
        const [lead = '', dash] = /^\s*(- +)?/.exec(line) ?? []
        const listed = dash === undefined ? undefined : withoutListedVariable(line, lead, levels.at(-1), redaction)
        if (listed !== undefined) return [listed]
        const below =
          secretAt !== undefined && (indentOf > secretAt.indent || (dash !== undefined && indentOf === secretAt.indent))
        if (!below || secretAt === undefined) {
          if (indentOf >= 0) secretAt = undefined
          return [line]
        }
        const value = line.slice(lead.length).trimEnd()
        return [
          value === '' || isPlainValue(plain(value)) ? line : `${lead}"${redaction.put(plain(value), secretAt.key)}"`,
        ]
      }
      secretAt = undefined
      const [, lead = '', , key = '', given = ''] = found
      const value = withoutProperties(given)
      const indent = lead.length
      const starts = lead.includes('-')
      while (
        levels.length > 0 &&
        ((levels.at(-1)?.indent ?? 0) > indent || (starts && (levels.at(-1)?.indent ?? 0) >= indent))
      )
        levels.pop()
      const sibling = levels.at(-1)?.indent === indent ? levels.pop() : undefined
      const level: Level = {indent, key, label: sibling?.label ?? '', item: starts || sibling?.item === true}
      if (key === 'name' || key === 'key') level.label = plain(value)
      const parent = levels.at(-1)
      const above = levels.at(-2)
      levels.push(level)
      // The fields of a match stand below `exact`, `regex` or the like of a header named one level up.
      const label = key === 'name' || key === 'key' ? '' : level.label || parent?.label || ''
      const place = {key, parent: parent?.key ?? '', above: above?.key ?? '', label, item: level.item}
      if (!isSecretPlace(place, plain(value)) || isPlainValue(plain(value)) || /^(?:[{*]|\[.*\{)/.test(value)) {
        if (value === '' && isSecretName(key)) secretAt = {indent: line.search(/\S/), key}
        return [line]
      }
      const before = line.slice(
        0,
        line.length - line.trimEnd().length === 0
          ? line.lastIndexOf(value)
          : line.indexOf(value, lead.length + key.length),
      )
      if (value.startsWith('[')) return [before + hiddenList(value, key, redaction)]
      if (/^[|>]/.test(value)) hiddenBelow = indent
      return [`${before}"${redaction.put(plain(value), key)}"${/["'],$/.test(value) ? ',' : ''}`]
    })
    .join('\n')
}

/** True for a text of several lines that has fields as YAML writes them. */
export function isYamlLike(text: string): boolean {
  return text.includes('\n') && /^[ \t]*(?:- +)?["']?[\w./-]{1,200}["']?[ \t]*:(?:[ \t]|\r?$)/m.test(text)
}
