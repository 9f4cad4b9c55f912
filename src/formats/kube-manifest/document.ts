import {parseDocument} from 'yaml'
import {isTooDeep} from './nesting.js'
import {TOO_DEEP} from './yaml-document.js'

/** Reads one YAML (or JSON) document as plain data; what is wrong with it comes back as a sentence with its place. */
export function readDocument(text: string): {readonly value: unknown; readonly problem?: string} {
  if (isTooDeep(text)) return {value: undefined, problem: TOO_DEEP}
  const document = parseDocument(text, {merge: true})
  const [error] = document.errors
  if (error !== undefined) return {value: undefined, problem: error.message.split('\n')[0] ?? 'not YAML'}
  return {value: document.toJS({maxAliasCount: 100}) as unknown}
}
