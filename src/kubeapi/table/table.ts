import type {KubeObject} from '../../model/kube/kube-object.js'
import {groupVersion} from '../resources.js'
import {AGE, type Column, NAME} from './column.js'
import {COLUMNS} from './columns.js'

export interface TableOptions {
  /** Ages are computed as of this time: when the objects were captured. */
  readonly now: Date
  readonly include: 'None' | 'Metadata' | 'Object'
}

function columnsOf(kind: string, apiVersion: string): readonly Column[] {
  return COLUMNS[`${kind}.${groupVersion(apiVersion).group}`] ?? [NAME, AGE]
}

/** The `columnDefinitions` of a kind's table (meta.k8s.io/v1 Table); priority 1 shows with `-o wide` alone. */
export function columnDefinitions(kind: string, apiVersion: string): readonly object[] {
  return columnsOf(kind, apiVersion).map(({name, wide}) => ({
    name,
    type: 'string',
    format: name === 'Name' ? 'name' : '',
    description: '',
    priority: wide === true ? 1 : 0,
  }))
}

/** One object as a row, with its metadata beside it unless the client wants none or all of it. */
export function tableRow(object: KubeObject, options: TableOptions): object {
  const cells = columnsOf(object.kind, object.apiVersion).map(({cell}) => cell(object, options.now))
  if (options.include === 'None') return {cells}
  if (options.include === 'Object') return {cells, object}
  return {cells, object: {kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata}}
}

/** A single object as a table of one row. */
export function singleTable(object: KubeObject, options: TableOptions): object {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: {},
    columnDefinitions: columnDefinitions(object.kind, object.apiVersion),
    rows: [tableRow(object, options)],
  }
}
