import {numberOf, textOf} from '../../formats/decode.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {humanAge} from './age.js'

export type ApiTableCell = string | number

export interface Column {
  readonly name: string
  /** Shown with `-o wide` alone. */
  readonly wide?: true
  readonly cell: (object: KubeObject, now: Date) => ApiTableCell
}

export const NONE = '<none>'

/** A column of a table; `wide` ones show with `-o wide` alone. */
export function column(name: string, cell: Column['cell'], wide?: 'wide'): Column {
  return wide === undefined ? {name, cell} : {name, cell, wide: true}
}

/** A column with the text of a field. */
export function textColumn(name: string, ...path: readonly string[]): Column {
  return column(name, object => textOf(object, ...path) ?? '')
}

/** A column with the number in a field, 0 when there is none. */
export function countColumn(name: string, ...path: readonly string[]): Column {
  return column(name, object => numberOf(object, ...path) ?? 0)
}

export const NAME = column('Name', object => object.metadata.name)
export const AGE = column('Age', (object, now) => humanAge(object.metadata.creationTimestamp, now))

/** Labels as `a=b,c=d`. */
export function pairs(map: Readonly<Record<string, string>>): string {
  const all = Object.entries(map).map(([key, value]) => `${key}=${value}`)
  return all.length === 0 ? NONE : all.join(',')
}

/** A comma-separated list, or `<none>`. */
export function orNone(words: readonly string[]): string {
  return words.length === 0 ? NONE : words.join(',')
}
