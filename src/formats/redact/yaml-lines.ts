import {isEnvironment, isHeaderField, isMeshSetting, isNoSecret, isSecretName, isSecretSource} from './names.js'
import {REDACTED} from './placeholder.js'

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

/** True when the value under this key is a secret, by its name, its parents' and the header or variable it belongs to. */
function isHidden({key, item}: Level, parent: Level | undefined, above: Level | undefined, label: string): boolean {
  if (isSecretName(key)) return true
  if (/^inline_?(?:string|bytes)$/i.test(key)) return [parent, above].some(level => isSecretSource(level?.key ?? ''))
  // An environment is a list of names and values, or a map from one to the other.
  if (isEnvironment(parent?.key ?? '')) return item ? key === 'value' && !isMeshSetting(label) : !isMeshSetting(key)
  return isHeaderField(key) && isSecretName(label)
}

/** YAML as text without the values of secrets, its lines kept; what a name alone does not show is found by indentation. */
export function withoutYamlValues(text: string): string {
  const lines = text.split('\n')
  const levels: Level[] = []
  let hiddenBelow: number | undefined
  return lines
    .flatMap(line => {
      const indentOf = line.search(/\S/)
      if (hiddenBelow !== undefined && (indentOf < 0 || indentOf > hiddenBelow)) return []
      hiddenBelow = undefined
      const found = FIELD.exec(line.replace(/\r$/, ''))
      if (found === null) return [line]
      const [, lead = '', , key = '', value = ''] = found
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
      if (value === '' || !isHidden(level, parent, above, label) || isNoSecret(plain(value)) || /^[[{&*]/.test(value))
        return [line]
      if (/^[|>]/.test(value)) hiddenBelow = indent
      return [
        `${line.slice(0, line.indexOf(value, lead.length + key.length))}"${REDACTED}"${/["'],$/.test(value) ? ',' : ''}`,
      ]
    })
    .join('\n')
}

/** True for a text of several lines that has fields as YAML writes them. */
export function isYamlLike(text: string): boolean {
  return text.includes('\n') && /^[ \t]*(?:- +)?["']?[\w./-]{1,200}["']?[ \t]*:(?:[ \t]|\r?$)/m.test(text)
}
